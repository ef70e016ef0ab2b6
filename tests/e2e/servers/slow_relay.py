"""A TCP relay to the server of the first argument, whose every answer comes as many seconds late as the second says.
Prints its URL."""
import asyncio
import sys
import urllib.parse

target = urllib.parse.urlsplit(sys.argv[1])
delay = float(sys.argv[2])


async def forward(reader, writer):
    while data := await reader.read(65536):
        writer.write(data)
    writer.write_eof()


async def backward(reader, writer):
    """In order, each piece at its time."""
    loop = asyncio.get_running_loop()
    pieces = asyncio.Queue()

    async def read():
        while True:
            data = await reader.read(65536)
            pieces.put_nowait((loop.time() + delay, data))
            if not data:
                return

    reading = asyncio.create_task(read())
    while True:
        due, data = await pieces.get()
        await asyncio.sleep(max(0, due - loop.time()))
        if not data:
            break
        writer.write(data)
    await reading
    writer.close()


async def serve(reader, writer):
    server_reader, server_writer = await asyncio.open_connection(target.hostname, target.port)
    ways = [forward(reader, server_writer), backward(server_reader, writer)]
    await asyncio.gather(*ways, return_exceptions=True)
    server_writer.close()


async def main():
    server = await asyncio.start_server(serve, "127.0.0.1", 0, backlog=512)
    print(f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}/", flush=True)
    await asyncio.Event().wait()


asyncio.run(main())
