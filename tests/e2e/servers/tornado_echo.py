"""python3-tornado as an echo server. Prints its URL."""
import asyncio
import logging

import tornado.httpserver
import tornado.netutil
import tornado.web
import tornado.websocket

logging.disable(logging.CRITICAL)


class Echo(tornado.websocket.WebSocketHandler):
    def check_origin(self, origin):
        return True

    def get_compression_options(self):
        return {}

    def on_message(self, message):
        self.write_message(message, binary=isinstance(message, bytes))


async def main():
    application = tornado.web.Application([("/", Echo)], websocket_max_message_size=32 << 20)
    sockets = tornado.netutil.bind_sockets(0, "127.0.0.1")
    tornado.httpserver.HTTPServer(application).add_sockets(sockets)
    print(f"ws://127.0.0.1:{sockets[0].getsockname()[1]}/", flush=True)
    await asyncio.Event().wait()


asyncio.run(main())
