"""Journal and outbox: given as what they are, or as paths, which are opened and closed here."""

from __future__ import annotations

import logging
import os
from typing import TypeAlias

from atfsm.errors import AtfsmError
from atfsm.live.journal import Journal
from atfsm.live.outbox import Outbox

FilePath: TypeAlias = str | os.PathLike[str]

logger = logging.getLogger("atfsm")


class Stores:
    """What is on the disk.

    Args:
        journal: A journal, or the path of one.
        outbox: An outbox, or the path of one.

    Raises:
        JournalError, OutboxError: It cannot be opened.
    """

    def __init__(
        self, journal: Journal | FilePath | None, outbox: Outbox | FilePath | None
    ) -> None:
        self._ours: list[Journal | Outbox] = []
        self.outbox: Outbox | None = None
        self.journal: Journal | None = None
        if isinstance(outbox, Outbox) or outbox is None:
            self.outbox = outbox
        else:
            self.outbox = Outbox(outbox)
            self._ours.append(self.outbox)
        if isinstance(journal, Journal) or journal is None:
            self.journal = journal
            return
        try:
            self.journal = Journal(journal)
        except AtfsmError:
            self.close()
            raise
        self._ours.append(self.journal)

    def close(self) -> None:
        """Close what was opened here."""
        for store in self._ours:
            try:
                store.close()
            except AtfsmError as error:
                logger.error("%s", error)  # noqa: TRY400  one line says it
        self._ours.clear()
