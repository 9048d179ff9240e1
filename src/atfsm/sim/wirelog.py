r"""What crossed the wire, in a form that ``atfsm replay`` reads back to the byte.

One line a record: seconds since the start, who wrote, how many bytes, and the bytes as a C string.
It is the capture format ``particle-gen2``: ``send`` is the host, ``read`` is the modem.

>>> import io
>>> file = io.BytesIO()
>>> log = WireLog(file, began_s=100.0)
>>> log.host_wrote(b"AT\r", 100.25)
>>> log.modem_wrote(b"\r\nOK\r\n", 100.26)
>>> print(file.getvalue().decode(), end="")
     0.250 AT send   3 "AT\r"
     0.260 AT read   6 "\r\nOK\r\n"
"""

from __future__ import annotations

from typing import BinaryIO, Final

__all__ = ["WireLog"]

RECORD_BYTES: Final = 4096  # ours: escaped four times as long, and still a line for any reader

_WORDS: Final = {0x0D: "\\r", 0x0A: "\\n", 0x22: '\\"', 0x5C: "\\\\"}
_ESCAPED: Final = tuple(
    _WORDS.get(byte) or (chr(byte) if 0x20 <= byte < 0x7F else f"\\x{byte:02x}")
    for byte in range(256)
)


class WireLog:
    """Writes what crosses the wire into a file.

    Args:
        file: Where to write; whoever opened it closes it.
        began_s: The time that is written as 0.
    """

    def __init__(self, file: BinaryIO, *, began_s: float) -> None:
        self._file = file
        self._began_s = began_s

    def host_wrote(self, data: bytes, now_s: float) -> None:
        """Note what the host wrote."""
        self._note(b"send", data, now_s)

    def modem_wrote(self, data: bytes, now_s: float) -> None:
        """Note what the modem wrote."""
        self._note(b"read", data, now_s)

    def flush(self) -> None:
        """Hand everything to the system."""
        self._file.flush()

    def _note(self, who: bytes, data: bytes, now_s: float) -> None:
        for start in range(0, len(data), RECORD_BYTES):
            piece = data[start : start + RECORD_BYTES]
            text = "".join(map(_ESCAPED.__getitem__, piece))
            # Payload may quote such a log, and a reader looks for a record spliced into another.
            text = text.replace(" AT ", "\\x20AT ")
            line = b'%10.3f AT %b %3d "%b"\n' % (
                *(now_s - self._began_s, who, len(piece), text.encode("ascii")),
            )
            self._file.write(line)
