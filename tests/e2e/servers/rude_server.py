"""A server that is no peer at all. The argument says how: hang, close, reset, garbage, flood, bomb, half, one, crash.
Prints its URL."""
import base64
import hashlib
import os
import socket
import struct
import sys
import threading

GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


def handshake(connection):
    """Reads a request and answers it as a server should."""
    head = b""
    while b"\r\n\r\n" not in head:
        data = connection.recv(4096)
        if not data:
            return
        head += data
    key = next(line.split(b":", 1)[1].strip() for line in head.split(b"\r\n")
               if line.lower().startswith(b"sec-websocket-key:"))
    accept = base64.b64encode(hashlib.sha1(key + GUID).digest())
    connection.sendall(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                       b"Sec-WebSocket-Accept: " + accept + b"\r\n\r\n")


def flood(connection):
    handshake(connection)
    while True:
        connection.sendall(b"\x81\x05flood" * 1000)


def bomb(connection):
    """Announces 2^63 - 1 octets and sends them as long as anybody reads."""
    handshake(connection)
    connection.sendall(b"\x82\x7f" + struct.pack(">Q", 2**63 - 1))
    while True:
        connection.sendall(bytes(65536))


def garbage(connection):
    connection.recv(4096)
    connection.sendall(bytes(range(256)) * 100)


def half(connection):
    """Goes away in the middle of a frame."""
    handshake(connection)
    connection.sendall(b"\x81\x7d" + b"half")


def reset(connection):
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def crash(connection):
    """Serves the preflight's two connections by the book, then the process ends."""
    crash.served = getattr(crash, "served", 0) + 1
    if crash.served > 2:
        os._exit(1)
    handshake(connection)
    connection.recv(4096)


def hang(connection):
    connection.recv(1)
    threading.Event().wait()


BEHAVIOURS = {"hang": hang, "close": lambda connection: None, "reset": reset, "garbage": garbage, "flood": flood,
              "bomb": bomb, "half": half, "crash": crash}


def serve(connection):
    try:
        with connection:
            BEHAVIOURS[sys.argv[1]](connection)
    except OSError:
        pass


listener = socket.create_server(("127.0.0.1", 0), backlog=128)
print(f"ws://127.0.0.1:{listener.getsockname()[1]}/", flush=True)
while True:
    accepted, _ = listener.accept()
    threading.Thread(target=serve, args=(accepted,), daemon=True).start()
