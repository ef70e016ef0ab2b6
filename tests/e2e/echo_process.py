"""Starts wsrig-echo for a test, reads its ready lines and stops it."""

import json
import os
import signal
import socket
import ssl
import subprocess

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PROGRAM = os.path.join(os.environ.get("WSRIG_BIN", os.path.join(ROOT, "build", "bin")), "wsrig-echo")
# AddressSanitizer keeps freed memory for a while: it must not count as growth.
QUARANTINE = (400 << 20) if "ASAN_OPTIONS" in os.environ else 0


class Echo:
    """A running wsrig-echo with one listener for each URL; `with` stops it and checks its exit code."""

    def __init__(self, *options, listen=("ws://127.0.0.1:0",)):
        command = [PROGRAM]
        for url in listen:
            command += ["--listen", url]
        self.process = subprocess.Popen(command + list(options), stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                        text=True)
        self.expected_code = 0
        self._signalled = False
        self._connections = 0
        self.ready = [self._ready_line() for _ in listen]
        self.url = self.ready[0]["url"]
        self.port = self.ready[0]["port"]

    def _ready_line(self):
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError("wsrig-echo did not start: " + self.process.stderr.read())
        return json.loads(line)

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        if self.process.poll() is None and not self._signalled:
            self.stop()
        try:
            code = self.process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            code = "none: it had to be killed"
        errors = self.process.stderr.read()
        self.process.stdout.close()
        self.process.stderr.close()
        if kind is None and code != self.expected_code:
            raise AssertionError(f"wsrig-echo ended with {code}: {errors}")

    def stop(self, number=signal.SIGTERM):
        """Asks it to end; asked again, it must end at once."""
        self._signalled = True
        self.process.send_signal(number)

    def connect(self):
        """A TCP connection to the first listener, with a generous time-out."""
        self._connections += 1
        # Thousands in a row would use up the ports of one address.
        source = f"127.0.0.{1 + self._connections % 250}"
        connection = socket.create_connection(("127.0.0.1", self.port), timeout=20, source_address=(source, 0))
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return connection

    def resident(self):
        """Octets of memory in use (RSS)."""
        with open(f"/proc/{self.process.pid}/statm") as statm:
            return int(statm.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))


def run_echo(*options):
    """Runs wsrig-echo to its end: (exit code, standard output, standard error)."""
    done = subprocess.run([PROGRAM, *options], capture_output=True, text=True, timeout=30)
    return done.returncode, done.stdout, done.stderr


REQUEST = (b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
           b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n")


def read_head(connection):
    """The response head and what came behind it."""
    data = b""
    while b"\r\n\r\n" not in data:
        part = connection.recv(65536)
        if not part:
            break
        data += part
    head, _, rest = data.partition(b"\r\n\r\n")
    return head.decode(), rest


def read_all(connection):
    """What comes until the peer closes."""
    data = b""
    while part := connection.recv(65536):
        data += part
    return data


def frame(opcode, payload=b"", fin=True, rsv=0, mask=b"\x01\x02\x03\x04"):
    """A client's frame."""
    first = bytes([(0x80 if fin else 0) | rsv << 4 | opcode])
    bit = 0x80 if mask else 0
    if len(payload) < 126:
        length = bytes([bit | len(payload)])
    elif len(payload) < 65536:
        length = bytes([bit | 126]) + len(payload).to_bytes(2, "big")
    else:
        length = bytes([bit | 127]) + len(payload).to_bytes(8, "big")
    if not mask:
        return first + length + payload
    return first + length + mask + bytes(octet ^ mask[i & 3] for i, octet in enumerate(payload))


def trusting_context():
    """TLS that takes the server's self-signed certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context
