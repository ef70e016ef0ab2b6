"""Modes, limits and deadlines of wsrig-echo, on the wire."""

import time
import unittest

from echo_process import QUARANTINE, Echo
from wire import REQUEST, Wire, frame, read_all, read_head


class Modes(unittest.TestCase):
    def test_echo(self):
        with Echo() as echo, Wire(echo) as wire:
            wire.send(2, b"\x00\xff")
            self.assertEqual(wire.frame(), (0x82, b"\x00\xff"))

    def test_prefix(self):
        for engine in ("core", "beast"):
            with Echo("--mode", "prefix", "--prefix", "re: ", "--engine", engine) as echo, Wire(echo) as wire:
                wire.send(1, b"hello")
                self.assertEqual(wire.frame(), (0x81, b"re: hello"))

    def test_sink(self):
        for engine in ("core", "beast"):
            with Echo("--mode", "sink", "--engine", engine) as echo, Wire(echo) as wire:
                wire.send(1, b"hello")
                wire.send(9, b"still there?")
                self.assertEqual(wire.frame(), (0x8a, b"still there?"))

    def test_source_as_fast_as_taken(self):
        with Echo("--mode", "source", "--source-size", "1KiB") as echo, Wire(echo) as wire:
            for _ in range(5000):
                first, payload = wire.frame()
                self.assertEqual((first, len(payload)), (0x82, 1024))
            self.assertLess(echo.resident(), QUARANTINE + (64 << 20))

    def test_source_at_a_rate(self):
        with Echo("--mode", "source", "--source-rate", "200") as echo:
            begun = time.monotonic()  # before the source can begin: however late this is read, it took no less
            with Wire(echo) as wire:
                for _ in range(41):
                    wire.frame()
            self.assertGreater(time.monotonic() - begun, 0.19)

    def test_tcp_echoes_octets_and_the_end(self):
        with Echo(listen=("tcp://127.0.0.1:0",)) as echo, echo.connect() as connection:
            connection.sendall(b"raw \x00\xff")
            connection.shutdown(1)
            self.assertEqual(read_all(connection), b"raw \x00\xff")

    def test_fragmented_replies(self):
        for engine in ("core", "beast"):
            with Echo("--fragment", "10B", "--engine", engine) as echo, Wire(echo) as wire:
                wire.send(1, b"x" * 25)
                frames = [wire.frame()]
                while not frames[-1][0] & 0x80:
                    frames.append(wire.frame())
                self.assertEqual(b"".join(payload for _, payload in frames), b"x" * 25)
                self.assertEqual(frames[0][0], 0x01)
                self.assertGreater(len(frames), 2)
                self.assertTrue(all(len(payload) <= 10 for _, payload in frames))

    def test_a_half_closed_client_gets_all_its_echoes(self):
        message = b"x" * 1_000_000
        with Echo() as echo, Wire(echo) as wire:
            wire.send(2, message)
            wire.connection.shutdown(1)
            self.assertEqual(wire.frame(), (0x82, message))


class Limits(unittest.TestCase):
    def close_code(self, *options, send):
        with Echo(*options) as echo, Wire(echo) as wire:
            send(wire)
            return wire.close_code()

    def test_frame(self):
        self.assertEqual(self.close_code("--max-frame", "1KiB", send=lambda wire: wire.send(2, b"x" * 1025)), 1009)

    def test_a_claim_alone_is_enough(self):
        claim = b"\x82\xff" + (1 << 40).to_bytes(8, "big") + b"mask"
        self.assertEqual(self.close_code(send=lambda wire: wire.connection.sendall(claim)), 1009)

    def test_message(self):
        def send(wire):
            wire.send(2, b"x" * 600, fin=False)
            wire.send(0, b"x" * 600)
        self.assertEqual(self.close_code("--max-message", "1KiB", send=send), 1009)

    def test_fragments(self):
        def send(wire):
            wire.send(2, b"x", fin=False)
            for _ in range(3):
                wire.send(0, b"x", fin=False)
        self.assertEqual(self.close_code("--max-fragments", "3", send=send), 1008)

    def test_a_reader_that_stops_does_not_cost_memory(self):
        with Echo() as echo, Wire(echo) as wire:
            before = echo.resident()
            wire.connection.settimeout(0.5)
            with self.assertRaises(TimeoutError):  # the server stops reading as well
                while True:
                    wire.connection.sendall(frame(2, b"x" * 65536))
            self.assertLess(echo.resident() - before, QUARANTINE + (8 << 20))

    def test_a_bomb_of_many_messages_does_not_cost_memory(self):
        """Replies that a small window cannot compress, to a reader that takes none of them."""
        import random
        import zlib
        compressor = zlib.compressobj(9, zlib.DEFLATED, -15)
        noise = random.Random(1).randbytes(16384)

        def deflated(payload):
            return (compressor.compress(payload) + compressor.flush(zlib.Z_SYNC_FLUSH))[:-4]

        messages = [deflated(noise)] + [deflated(noise) for _ in range(20000)]
        request = REQUEST[:-2] + b"Sec-WebSocket-Extensions: permessage-deflate; server_max_window_bits=9\r\n\r\n"
        with Echo("--max-message", "1MiB") as echo, echo.connect() as connection:
            connection.sendall(request)
            self.assertIn("permessage-deflate", read_head(connection)[0])
            before = echo.resident()
            connection.settimeout(1)
            try:
                connection.sendall(b"".join(frame(2, message, rsv=4) for message in messages))
            except TimeoutError:
                pass
            self.assertLess(echo.resident() - before, QUARANTINE + (32 << 20))


class Deadlines(unittest.TestCase):
    def test_a_silent_peer_is_pinged_and_then_closed(self):
        with Echo("--ping-interval", "100ms", "--pong-timeout", "100ms") as echo, Wire(echo) as wire:
            self.assertEqual(wire.frame(), (0x89, b""))
            self.assertEqual(wire.close_code(), 1011)

    def test_a_peer_that_answers_stays(self):
        with Echo("--ping-interval", "50ms", "--pong-timeout", "5s", "--idle-timeout", "5s") as echo, Wire(echo) as wire:
            for _ in range(5):
                self.assertEqual(wire.frame(), (0x89, b""))
                wire.send(10)

    def test_without_pings_the_idle_time_out_closes(self):
        with Echo("--ping-interval", "0s", "--idle-timeout", "100ms") as echo, Wire(echo) as wire:
            self.assertEqual(wire.close_code(), 1001)

    def test_a_peer_that_never_answers_a_close_is_dropped(self):
        with Echo("--ping-interval", "0s", "--idle-timeout", "100ms", "--close-timeout", "100ms") as echo:
            with Wire(echo) as wire:
                self.assertEqual(wire.close_code(), 1001)
                with self.assertRaises(EOFError):
                    wire.frame()

    def test_the_server_closes_tcp_first(self):
        with Echo() as echo, Wire(echo) as wire:
            wire.send(8, (1000).to_bytes(2, "big"))
            self.assertEqual(wire.close_code(), 1000)
            with self.assertRaises(EOFError):
                wire.frame()


if __name__ == "__main__":
    unittest.main()
