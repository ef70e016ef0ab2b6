"""Starts wsrig-proxy for a test, and plays the backends behind it."""

import base64
import contextlib
import hashlib
import json
import signal
import socket
import threading

from support import ServerProcess, eventually, run_to_end
from wire import read_head


class Proxy(ServerProcess):
    def __init__(self, *options, listen=("ws://127.0.0.1:0",), environment=None):
        super().__init__("wsrig-proxy", *options, listen=listen, environment=environment)

    def ends(self):
        """What the log tells of tunnels that have ended (--log json)."""
        events = [json.loads(line) for line in self.log().splitlines()]
        return [event for event in events if event["event"] == "tunnel-end"]

    def reload(self):
        """SIGHUP, and until it is done."""
        done = self.log().count("reload")
        self.process.send_signal(signal.SIGHUP)
        eventually(lambda: self.log().count("reload") > done)


def run_proxy(*options):
    return run_to_end("wsrig-proxy", *options)


class Backend:
    """A TCP server on a free port that plays `conversation(connection)` with each client, each in a thread. What
    goes wrong in one is raised at the end of `with`."""

    def __init__(self, conversation, receive_buffer=0):
        self._conversation = conversation
        self._listener = socket.socket()
        if receive_buffer:
            self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self._listener.bind(("127.0.0.1", 0))
        self._listener.listen(128)
        self.port = self._listener.getsockname()[1]
        self.url = f"ws://127.0.0.1:{self.port}"
        self.connections = 0
        self._errors = []
        self._threads = []
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            thread = threading.Thread(target=self._play, args=(connection,), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _play(self, connection):
        with connection:
            connection.settimeout(30)
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            try:
                self._conversation(connection)
            except Exception as error:  # told to the test
                self._errors.append(error)

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for thread in self._threads:
            thread.join(timeout=30)
        if kind is None and self._errors:
            raise self._errors[0]


def accept_for(key):
    digest = hashlib.sha1(key.encode() + b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11").digest()
    return base64.b64encode(digest).decode()


def switching(head, *more):
    """The 101 for a request's head."""
    key = next(line.split(": ")[1] for line in head.split("\r\n") if line.lower().startswith("sec-websocket-key"))
    lines = ["HTTP/1.1 101 Switching Protocols", "Upgrade: websocket", "Connection: Upgrade",
             "Sec-WebSocket-Accept: " + accept_for(key), *more]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def upgrade(connection, *more):
    """Answers the handshake as a server; gives the request's head and what came behind it."""
    head, rest = read_head(connection)
    connection.sendall(switching(head, *more))
    return head, rest
