"""Send a datagram a second, for ever: python udp_forever_asyncio.py PORT_URL HOST PORT."""

import asyncio
import contextlib
import sys

import atfsm


async def main(url, host, port):
    async with atfsm.aio.open(url) as modem, modem.udp(host, int(port)) as uplink:
        while True:
            with contextlib.suppress(atfsm.SocketReset):  # it may have left, or not
                await uplink.send(b"still here")
            await asyncio.sleep(1)


asyncio.run(main(*sys.argv[1:]))
