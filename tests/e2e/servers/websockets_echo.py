"""python3-websockets as an echo server; mute: one that answers nothing; busy: one that does nothing else for three
seconds when a message is large. Prints its URL."""
import asyncio
import logging
import sys
import time

import websockets

LARGE = 1 << 20
way = sys.argv[1] if len(sys.argv) > 1 else ""
logging.getLogger("websockets").setLevel(logging.CRITICAL)


async def serve(connection, path=None):
    try:
        async for message in connection:
            if way == "busy" and len(message) >= LARGE:
                time.sleep(3)
            if way != "mute":
                await connection.send(message)
    except websockets.ConnectionClosed:
        pass


async def main():
    async with websockets.serve(serve, "127.0.0.1", 0, max_size=32 << 20) as server:
        print(f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}/", flush=True)
        await asyncio.Future()


asyncio.run(main())
