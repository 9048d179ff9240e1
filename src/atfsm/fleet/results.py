"""The results as a Parquet file: written piece by piece, read column by column.

Needs pyarrow, which is part of the extra ``atfsm[fleet]``.
"""

from __future__ import annotations

import io
import json
import os
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Final

from atfsm.errors import ResultsError, first_line
from atfsm.fleet.columns import COLUMNS, SCHEMA, Columns, Kind
from atfsm.replay.printable import printable
from atfsm.replay.remote import INSTALL, is_remote

if TYPE_CHECKING:
    import pyarrow as pa

SUFFIX: Final = ".parquet"
#: Rows of one row group; ours: some tens of megabytes while it is written.
ROWS_A_GROUP: Final = 1 << 16
#: Rows read at once for a report.
ROWS_A_READ: Final = 1 << 15
_ABOUT: Final = b"atfsm"


def need_pyarrow() -> None:
    """See that pyarrow is there.

    Raises:
        ResultsError: It is not installed.
    """
    try:
        import pyarrow.parquet  # noqa: F401
    except ImportError:
        raise ResultsError(f"files of results need pyarrow: {INSTALL}") from None


@cache
def _schema() -> pa.Schema:
    import pyarrow as pa

    kinds = {
        Kind.WORD: pa.dictionary(pa.int32(), pa.string()),
        Kind.TEXT: pa.string(),
        Kind.NUMBER: pa.int64(),
        Kind.TEXTS: pa.list_(pa.string()),
        Kind.NUMBERS: pa.list_(pa.int64()),
    }
    return pa.schema([pa.field(column.name, kinds[column.kind]) for column in COLUMNS])


def packed(pieces: Iterable[Columns]) -> bytes:
    """The rows of one batch as bytes: an Arrow stream, piece by piece."""
    import pyarrow as pa

    sink = io.BytesIO()
    options = pa.ipc.IpcWriteOptions(compression="zstd")
    with pa.ipc.new_stream(sink, _plain(), options=options) as stream:
        for columns in pieces:
            values = [columns[name] for name in _plain().names]
            stream.write_batch(pa.record_batch(values, schema=_plain()))
    return sink.getvalue()


def unpacked(part: bytes, names: Sequence[str]) -> Iterator[Columns]:
    """Some columns of what `packed` gave, piece by piece."""
    import pyarrow as pa

    wanted = [_plain().get_field_index(name) for name in names]
    options = pa.ipc.IpcReadOptions(included_fields=wanted)
    for batch in pa.ipc.open_stream(part, options=options):
        yield {name: batch.column(name).to_pylist() for name in names}


@cache
def _plain() -> pa.Schema:
    """The schema without dictionaries, which would differ from batch to batch."""
    import pyarrow as pa

    return pa.schema(
        [
            pa.field(f.name, pa.string() if pa.types.is_dictionary(f.type) else f.type)
            for f in _schema()
        ]
    )


def write(parts: Iterable[bytes], path: Path, about: dict[str, Any]) -> None:
    """Write the complete file.

    Args:
        parts: What `packed` gave for each batch, in order.
        path: Where.
        about: What is said of the run in the file's metadata.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    said = {_ABOUT: json.dumps({"schema": SCHEMA, **about}, sort_keys=True).encode()}
    schema = _schema().with_metadata(said)
    waiting: list[pa.RecordBatch] = []
    with (
        path.open("wb") as file,  # as in `_opened`
        pq.ParquetWriter(file, schema, compression="zstd", version="2.6") as writer,
    ):
        for piece in chain.from_iterable(map(pa.ipc.open_stream, parts)):
            waiting.append(piece)
            if sum(map(len, waiting)) >= ROWS_A_GROUP:
                _write_group(writer, waiting, schema)
                waiting = []
        if waiting:
            _write_group(writer, waiting, schema)


def _write_group(writer: Any, batches: list[pa.RecordBatch], schema: pa.Schema) -> None:  # noqa: ANN401  pyarrow has no types
    import pyarrow as pa

    table = pa.Table.from_batches(batches).combine_chunks().cast(schema)
    writer.write_table(table, row_group_size=len(table))


def about(path: str) -> dict[str, Any]:
    """What the metadata of a file of results say of its run.

    Raises:
        ResultsError: It cannot be read, or is something else.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with _opened(path) as file:
            schema = pq.read_schema(file)
        said = json.loads((schema.metadata or {}).get(_ABOUT, b"{}"))
    # JSON that is nested a thousand times is as little ours as what is none.
    except (OSError, ValueError, RecursionError, pa.ArrowException) as error:
        raise ResultsError(
            f"{path}: cannot be read as a file of results: {first_line(error)}"
        ) from error
    if not isinstance(said, dict) or said.get("schema") != SCHEMA:
        what = said.get("schema") if isinstance(said, dict) else None
        raise ResultsError(
            f"{path}: is no file of results that this version reads "
            f"({printable(str(what)) if what else 'written by something else'})"
        )
    if odd := next((f.name for f in _plain() if not _has(schema, f)), ""):
        raise ResultsError(f"{path}: is damaged: the column {odd!r} is not as it was written")
    return said


def _opened(path: str) -> BinaryIO:
    """Open a file of results: pyarrow takes no names that are no UTF-8.

    Raises:
        ResultsError: It cannot be opened.
    """
    try:
        return open(path, "rb")  # noqa: PTH123  a Path fails on a name that is too long
    except OSError as error:
        raise ResultsError(f"{path}: cannot be read: {error.strerror}") from error


def _has(schema: pa.Schema, ours: pa.Field) -> bool:
    """Whether a schema has one of our columns, dictionary-coded or not."""
    import pyarrow as pa

    if (at := schema.get_field_index(ours.name)) < 0:
        return False
    kind = schema.field(at).type
    return bool((kind.value_type if pa.types.is_dictionary(kind) else kind) == ours.type)


def is_one(path: str) -> bool:
    """Whether a file of that name is one of results: in a folder of logs it is no capture."""
    if not path.endswith(SUFFIX) or is_remote(path):
        return False
    try:
        about(path)
    except ResultsError:
        return False
    return True


def see_that_it_may_be_replaced(path: str) -> None:
    """See that nothing is lost where the results are put.

    Raises:
        ResultsError: A file is there that is not of this command.
    """
    try:
        if os.stat(path).st_size:  # noqa: PTH116  as the user wrote it
            about(path)
    except OSError:
        return  # nothing is there, or nothing that can be looked at: whoever writes finds out
    except ResultsError as error:
        raise ResultsError(
            f"{path}: is there already, and is no file of results: name another, or remove it"
        ) from error


def read(path: str, names: Sequence[str]) -> Iterator[Columns]:
    """Read some columns, many rows at a time.

    Raises:
        ResultsError: The file cannot be read.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with _opened(path) as file:
            for batch in pq.ParquetFile(file).iter_batches(
                batch_size=ROWS_A_READ, columns=list(names)
            ):
                yield batch.to_pydict()
    # What is damaged within may be no text, no index, no type, no page, or too large.
    except (OSError, ValueError, LookupError, pa.ArrowException) as error:
        raise ResultsError(f"{path}: cannot be read: {first_line(error)}") from error
