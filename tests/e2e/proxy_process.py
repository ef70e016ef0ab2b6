"""Starts wsrig-proxy for a test, and plays the backends behind it."""

import base64
import contextlib
import hashlib
import json
import os
import signal
import socket
import subprocess
import tempfile
import threading

import echo_process
from echo_process import read_head

PROGRAM = os.path.join(os.path.dirname(echo_process.PROGRAM), "wsrig-proxy")


class Proxy:
    """A running wsrig-proxy; `with` stops it and checks its exit code. The log is in `log()`."""

    def __init__(self, *options, listen=("ws://127.0.0.1:0",), environment=None):
        command = [PROGRAM]
        for url in listen:
            command += ["--listen", url]
        self._log = tempfile.TemporaryFile(mode="w+")
        self.process = subprocess.Popen(command + list(options), stdout=subprocess.PIPE, stderr=self._log, text=True,
                                        env={**os.environ, **(environment or {})})
        self._signalled = False
        self.ready = [self._ready_line() for _ in listen]
        self.url = self.ready[0]["url"]
        self.port = self.ready[0]["port"]

    def _ready_line(self):
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError("wsrig-proxy did not start: " + self.log())
        return json.loads(line)

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        if self.process.poll() is None and not self._signalled:
            self.stop()
        try:
            code = self.process.wait(timeout=60)
        except subprocess.TimeoutExpired:
            self.process.kill()
            code = f"none: it had to be killed ({self.process.wait()})"
        errors = self.log()
        self.process.stdout.close()
        self._log.close()
        if kind is None and code != 0:
            raise AssertionError(f"wsrig-proxy ended with {code}: {errors}")

    def stop(self):
        self._signalled = True
        self.process.send_signal(signal.SIGTERM)

    def connect(self):
        """A TCP connection to the first listener, with a generous time-out."""
        connection = socket.create_connection(("127.0.0.1", self.port), timeout=20)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return connection

    def resident(self):
        """Octets of memory in use (RSS)."""
        with open(f"/proc/{self.process.pid}/statm", encoding="ascii") as statm:
            return int(statm.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))

    def log(self):
        self._log.flush()
        with open(f"/proc/self/fd/{self._log.fileno()}", encoding="utf-8") as again:
            return again.read()

    def ends(self):
        """What the log tells of tunnels that have ended (--log json)."""
        events = [json.loads(line) for line in self.log().splitlines()]
        return [event for event in events if event["event"] == "tunnel-end"]


def run_proxy(*options):
    """Runs wsrig-proxy to its end: (exit code, standard output, standard error)."""
    done = subprocess.run([PROGRAM, *options], capture_output=True, text=True, timeout=30)
    return done.returncode, done.stdout, done.stderr


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


def read_exactly(connection, size):
    data = bytearray()
    while len(data) < size:
        part = connection.recv(min(1 << 20, size - len(data)))
        if not part:
            raise EOFError(f"{len(data)} of {size} octets came")
        data += part
    return bytes(data)


def request(target="/", *fields, method="GET", version="HTTP/1.1", host="127.0.0.1"):
    lines = [f"{method} {target} {version}", f"Host: {host}", "Upgrade: websocket", "Connection: Upgrade",
             "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Version: 13", *fields]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def server_frame(opcode, payload=b"", fin=True, rsv=0):
    return echo_process.frame(opcode, payload, fin=fin, rsv=rsv, mask=b"")
