"""python3-trio-websocket as an echo server. Prints its URL."""
import logging

import trio
from trio_websocket import ConnectionClosed, WebSocketServer
from wsproto.utilities import LocalProtocolError

logging.disable(logging.CRITICAL)


async def echo(request):
    connection = await request.accept()
    while True:
        try:
            await connection.send_message(await connection.get_message())
        except (ConnectionClosed, LocalProtocolError):  # send_message lets wsproto's error out when the peer has gone
            return


async def main():
    listeners = await trio.open_tcp_listeners(0, host="127.0.0.1")
    server = WebSocketServer(echo, listeners, max_message_size=32 << 20)
    print(f"ws://127.0.0.1:{listeners[0].socket.getsockname()[1]}/", flush=True)
    await server.run()


trio.run(main)
