"""Send a datagram a second, for ever: python udp_forever_asyncio.py PORT_URL HOST PORT."""

import asyncio
import itertools
import sys

import atfsm


async def main(url, host, port):
    async with atfsm.aio.open(url) as modem, modem.udp(host, int(port)) as uplink:
        for number in itertools.count():
            await uplink.send(b"datagram %d" % number)
            await asyncio.sleep(1)

asyncio.run(main(*sys.argv[1:]))
