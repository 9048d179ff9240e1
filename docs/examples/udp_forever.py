"""Send a datagram a second, for ever: python udp_forever.py PORT_URL HOST PORT."""

import itertools
import sys
import time

import atfsm

url, host, port = sys.argv[1:]
with atfsm.open(url) as modem, modem.udp(host, int(port)) as uplink:
    for number in itertools.count():
        try:
            uplink.send(b"datagram %d" % number)
        except atfsm.SocketReset as reset:
            print("may have left:" if reset.may_have_left else "did not leave:", number, reset)
        time.sleep(1)
