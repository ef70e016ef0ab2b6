"""Answers messages wrongly, one lie for each kind of error that a load generator has to tell apart: drop, double, swap,
flip, push, late; or broadcast: to everybody. Prints its URL."""
import asyncio
import sys

import websockets

EVERY = 10  # the lie is told once in so many messages
clients = set()


def flipped(message):
    """One bit of the last octet is another."""
    if isinstance(message, str):
        return message[:-1] + chr(ord(message[-1]) ^ 1)
    return message[:-1] + bytes([message[-1] ^ 1])


async def answer(socket, lie, number, message, held):
    tells = number % EVERY == EVERY - 1
    if lie == "broadcast":
        websockets.broadcast(clients, message)
    elif lie == "swap":
        if tells:
            held.append(message)
            return
        await socket.send(message)
        while held:
            await socket.send(held.pop())
    elif not (lie == "drop" and tells):
        await socket.send(flipped(message) if lie == "flip" and tells else message)
        if lie == "double" and tells:
            await socket.send(message)
        if lie == "push" and tells:
            await socket.send("news for everybody, and nobody has asked for it")


async def serve(socket, _path=None):
    clients.add(socket)
    held = []
    number = 0
    try:
        async for message in socket:
            await answer(socket, sys.argv[1], number, message, held)
            number += 1
    except websockets.ConnectionClosed:
        pass
    finally:
        clients.discard(socket)


async def main():
    async with websockets.serve(serve, "127.0.0.1", 0, compression=None) as server:
        print(f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}/", flush=True)
        await asyncio.Future()


asyncio.run(main())
