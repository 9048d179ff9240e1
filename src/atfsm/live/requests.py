"""What applications ask for, and what they get: commands, payload, hooks."""

from __future__ import annotations

from dataclasses import dataclass, replace

from atfsm.errors import ModemClosed
from atfsm.stack.config import Config


@dataclass(frozen=True, slots=True)
class Answer:
    r"""The answer to a command.

    Attributes:
        lines: Information text, in order; bytes that are no UTF-8 are shown as ``\xNN``.
        result: The final result, such as ``OK`` or ``+CME ERROR: 30``; empty where none came
            within the limit of the command.
    """

    lines: tuple[str, ...]
    result: str

    @property
    def ok(self) -> bool:
        """Whether the modem said OK."""
        return self.result == "OK"


def configured(
    config: Config | None, *, power_cycle: object | None, may_reset: object | None
) -> Config:
    """The configuration, told which hooks there are."""
    return replace(
        config or Config(),
        has_power_hook=power_cycle is not None,
        asks_before_reset=may_reset is not None,
    )


def closed() -> ModemClosed:
    """What calls after the end raise."""
    return ModemClosed("the modem is closed")
