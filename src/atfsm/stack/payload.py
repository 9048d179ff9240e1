"""What payload can be sent under an end pattern, and how it is cut.

The modem takes payload until the first end pattern in the stream, so what is sent must not hold
it, not even together with the first bytes of the pattern that follows: with ``$$``, a payload
that ends in ``$`` would lose its last byte.
"""

from __future__ import annotations


def is_sendable(payload: bytes, pattern: bytes) -> bool:
    """Whether the pattern ends exactly behind *payload*.

    >>> is_sendable(b"cost: 5", b"$$"), is_sendable(b"cost: 5$", b"$$")
    (True, False)
    """
    return (payload + pattern).find(pattern) == len(payload)


def cut(data: bytes, start: int, at_most_bytes: int, pattern: bytes) -> bytes | None:
    """The next piece of a stream that can be sent; None: none can.

    A pattern inside the stream is cut in two, where that helps.

    >>> cut(b"before--EOF--Pattern--behind", 0, 1460, b"--EOF--Pattern--")
    b'before--EOF--Pattern-'
    """
    piece = data[start : start + at_most_bytes]
    while piece and not is_sendable(piece, pattern):
        piece = piece[: (piece + pattern).find(pattern) + len(pattern) - 1]
        while piece and not is_sendable(piece, pattern):
            piece = piece[:-1]
    return piece or None
