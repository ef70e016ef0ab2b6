"""Mutated frames and handshakes by the thousand: wsrig-echo goes on answering, and nothing of them stays."""

import os
import random
import socket
import unittest

from echo_process import QUARANTINE, Echo
from support import eventually
from wire import REQUEST, frame, read_head

FRAMES = 100_000
FRAMES_EACH = 4  # on one connection: most of them end it
HANDSHAKES = 10_000
SEED = int(os.environ.get("WSRIG_SEED", "6455"))
GROWTH = 32 << 20

DEFLATE_REQUEST = REQUEST[:-2] + b"Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n\r\n"
GOOD_FRAMES = [
    frame(1, "Grüße".encode()), frame(2, bytes(200)), frame(9, b"ping"), frame(10, b"pong"), frame(8, b"\x03\xe8bye"),
    frame(1, b"Hel", fin=False), frame(0, b"lo"), frame(2, bytes(70_000)), frame(1, b"\xf2\x48\xcd\xc9\xc9\x07\x00", rsv=4),
]


def mutate(rng, octets):
    """Octets flipped, cut out, doubled, or put in."""
    result = bytearray(octets)
    for _ in range(rng.randrange(1, 4)):
        at = rng.randrange(len(result)) if rng.random() < 0.5 else rng.randrange(min(len(result), 14))
        kind = rng.randrange(4)
        if kind == 0:
            result[at] ^= 1 << rng.randrange(8)
        elif kind == 1:
            del result[at:at + rng.randrange(1, 4)]
        elif kind == 2:
            result[at:at] = result[at:at + rng.randrange(1, 8)]
        else:
            result[at:at] = rng.randbytes(rng.randrange(1, 4))
        if not result:
            return bytes(octets)
    return bytes(result)


def throw(connection, octets):
    """Sends all that the server still takes, reads all that it still says, and leaves."""
    try:
        connection.sendall(octets)
        connection.shutdown(socket.SHUT_WR)
        while connection.recv(1 << 16):
            pass
    except (ConnectionError, TimeoutError):
        pass  # the server may have had enough
    connection.close()


class Abuse(unittest.TestCase):
    def assert_still_answers(self, echo):
        with echo.connect() as connection:
            connection.sendall(REQUEST + frame(1, b"still there?"))
            head, rest = read_head(connection)
            self.assertTrue(head.startswith("HTTP/1.1 101 "))
            while len(rest) < 14:
                rest += connection.recv(100)
            self.assertEqual(rest, b"\x81\x0cstill there?")

    def abuse(self, attack):
        """Runs an attack twice: what the first run leaves is allowed, but not that the second adds to it."""
        with Echo("--max-message", "1MiB", "--close-timeout", "1s") as echo:
            self.assert_still_answers(echo)
            descriptors = echo.descriptors()
            attack(echo, random.Random(SEED))
            memory = echo.resident()
            attack(echo, random.Random(SEED + 1))
            self.assert_still_answers(echo)
            eventually(lambda: echo.descriptors() <= descriptors, within=5)
            self.assertLess(echo.resident() - memory, GROWTH + QUARANTINE)

    def test_mutated_frames(self):
        def attack(echo, rng):
            for _ in range(FRAMES // 2 // FRAMES_EACH):
                connection = echo.connect()
                connection.sendall(rng.choice((REQUEST, DEFLATE_REQUEST)))
                read_head(connection)
                frames = [rng.choice(GOOD_FRAMES[:5]) for _ in range(rng.randrange(3))]
                frames += [mutate(rng, rng.choice(GOOD_FRAMES)) for _ in range(FRAMES_EACH)]
                throw(connection, b"".join(frames))
        self.abuse(attack)

    def test_mutated_handshakes(self):
        def attack(echo, rng):
            for _ in range(HANDSHAKES // 2):
                throw(echo.connect(), mutate(rng, rng.choice((REQUEST, DEFLATE_REQUEST))) + frame(1, b"x"))
        self.abuse(attack)

    def test_connections_that_are_left_amid_everything(self):
        def attack(echo, rng):
            for _ in range(HANDSHAKES // 10):
                connection = echo.connect()
                stream = REQUEST + b"".join(GOOD_FRAMES)
                connection.sendall(stream[:rng.randrange(len(stream))])
                if rng.random() < 0.5:  # RST in place of FIN
                    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")
                connection.close()
        self.abuse(attack)


if __name__ == "__main__":
    unittest.main()
