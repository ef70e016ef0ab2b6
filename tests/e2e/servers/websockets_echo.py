"""python3-websockets as an echo server; with an argument, one that answers nothing. Prints its URL."""
import asyncio
import logging
import sys

import websockets

logging.getLogger("websockets").setLevel(logging.CRITICAL)


async def serve(connection, path=None):
    try:
        async for message in connection:
            if len(sys.argv) == 1:
                await connection.send(message)
    except websockets.ConnectionClosed:
        pass


async def main():
    async with websockets.serve(serve, "127.0.0.1", 0, max_size=32 << 20) as server:
        print(f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}/", flush=True)
        await asyncio.Future()


asyncio.run(main())
