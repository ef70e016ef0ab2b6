"""Octets of HTTP and WebSocket as the end-to-end tests write and read them."""

import ssl
import struct


def request(target="/", *fields, method="GET", version="HTTP/1.1", host="127.0.0.1"):
    lines = [f"{method} {target} {version}", f"Host: {host}", "Upgrade: websocket", "Connection: Upgrade",
             "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Version: 13", *fields]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


REQUEST = request()


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
    parts = []
    while part := connection.recv(65536):
        parts.append(part)
    return b"".join(parts)


def read_exactly(connection, size):
    data = bytearray()
    while len(data) < size:
        part = connection.recv(min(1 << 20, size - len(data)))
        if not part:
            raise EOFError(f"{len(data)} of {size} octets came")
        data += part
    return bytes(data)


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


def server_frame(opcode, payload=b"", fin=True, rsv=0):
    return frame(opcode, payload, fin=fin, rsv=rsv, mask=b"")


def trusting_context():
    """TLS that takes the server's self-signed certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


class Wire:
    """A WebSocket connection, octet by octet."""

    def __init__(self, echo):
        self.connection = echo.connect()
        self.connection.sendall(REQUEST)
        _, self.buffer = read_head(self.connection)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.connection.close()

    def send(self, *arguments, **keywords):
        self.connection.sendall(frame(*arguments, **keywords))

    def take(self, size):
        while len(self.buffer) < size:
            part = self.connection.recv(1 << 20)
            if not part:
                raise EOFError
            self.buffer += part
        taken, self.buffer = self.buffer[:size], self.buffer[size:]
        return taken

    def frame(self):
        """(first octet, payload) of the next frame."""
        first, length = self.take(2)
        if length == 126:
            length, = struct.unpack("!H", self.take(2))
        elif length == 127:
            length, = struct.unpack("!Q", self.take(8))
        return first, self.take(length)

    def close_code(self):
        first, payload = self.frame()
        while first != 0x88:
            first, payload = self.frame()
        return int.from_bytes(payload[:2], "big")


class TunnelWire(Wire):
    """A client of the proxy, behind the answer to its handshake."""

    def __init__(self, proxy, target="/", *fields, behind=b"", head=None):
        self.connection = proxy.connect()
        self.connection.sendall((head or request(target, *fields)) + behind)
        self.head, self.buffer = read_head(self.connection)

    def rest(self):
        """Everything until the end."""
        return self.buffer + read_all(self.connection)


class BridgeWire(Wire):
    """A client of the bridge, behind its 101."""

    def __init__(self, proxy, *fields, behind=b""):
        self.connection = proxy.connect()
        self.connection.sendall(request("/", *fields) + behind)
        self.head, self.buffer = read_head(self.connection)

    def message_octets(self, size):
        data = b""
        while len(data) < size:
            first, payload = self.frame()
            assert first == 0x82, hex(first)
            data += payload
        return data

    def expect_end(self):
        try:
            self.take(1)
        except EOFError:
            return
        raise AssertionError("more octets instead of the end")
