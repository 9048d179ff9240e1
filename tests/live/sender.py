"""An application with an outbox, to be killed: posts numbers, and says which it has posted.

Run as ``python -m tests.live.sender PORT HOST:PORT OUTBOX FIRST COUNT``. It has no word about
recovery. It ends when the outbox is empty.
"""

from __future__ import annotations

import sys

import atfsm
from atfsm import Config
from atfsm.live.outbox import Outbox
from atfsm.stack.config import Spacing


def main() -> None:
    """Post, and wait until all was taken."""
    url, peer, path, first, count = sys.argv[1:6]
    host, _, port = peer.rpartition(":")
    config = Config(apn="internet", spacing=Spacing(socket_s=(0.05, 1.0)))
    with Outbox(path) as outbox, atfsm.open(url, config, outbox=outbox) as modem:
        uplink = modem.udp(host, int(port))
        for number in range(int(first), int(first) + int(count)):
            uplink.post(b"%d" % number)
            print(number, flush=True)
        while outbox.pending():
            sys.stdin.readline()  # the test says when to look again
        print("empty", flush=True)


if __name__ == "__main__":
    main()
