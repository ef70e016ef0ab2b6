"""The bridge of wsrig-proxy, on the wire: WebSocket on one side, TCP on the other."""

import contextlib
import socket
import struct
import threading
import time
import unittest

from proxy_process import Backend, Proxy
from wire import BridgeWire, frame

MEBIBYTE = 1 << 20


def echo(connection):
    while data := connection.recv(65536):
        connection.sendall(data)


def bridge(conversation, *options, receive_buffer=0):
    backend = Backend(conversation, receive_buffer)
    return backend, Proxy("--target", f"tcp://127.0.0.1:{backend.port}", *options)


class Data(unittest.TestCase):
    def test_text_and_binary_become_octets_and_octets_binary(self):
        backend, proxy = bridge(echo)
        with backend, proxy, BridgeWire(proxy) as wire:
            wire.send(1, "hé".encode())
            self.assertEqual(wire.message_octets(3), "hé".encode())
            wire.send(2, b"\x00\xff")
            self.assertEqual(wire.message_octets(2), b"\x00\xff")

    def test_a_frame_that_came_with_the_request_is_not_lost(self):
        backend, proxy = bridge(echo)
        with backend, proxy, BridgeWire(proxy, behind=frame(2, b"early")) as wire:
            self.assertEqual(wire.message_octets(5), b"early")

    def test_a_banner_of_the_target_comes_at_once(self):
        backend, proxy = bridge(lambda connection: (connection.sendall(b"SSH-2.0-x\r\n"), connection.recv(1)))
        with backend, proxy, BridgeWire(proxy) as wire:
            self.assertEqual(wire.message_octets(11), b"SSH-2.0-x\r\n")

    def test_a_fragment_goes_on_before_its_message_is_whole(self):
        backend, proxy = bridge(echo)
        with backend, proxy, BridgeWire(proxy) as wire:
            wire.send(2, b"first", fin=False)
            self.assertEqual(wire.message_octets(5), b"first")
            wire.send(9, b"between")
            self.assertEqual(wire.frame(), (0x8a, b"between"))
            wire.connection.sendall(frame(0, b"x" * 1000)[:500])  # not even a whole frame
            self.assertEqual(len(wire.message_octets(490)), 492)

    def test_any_cut_of_the_stream_means_the_same(self):
        backend, proxy = bridge(echo)
        octets = frame(1, "é".encode()) + frame(9, b"p") + frame(2, b"y" * 200) + frame(8, b"\x03\xe8")
        with backend, proxy:
            for size in (1, 3, 7):
                with BridgeWire(proxy) as wire:
                    for at in range(0, len(octets), size):
                        wire.connection.sendall(octets[at:at + size])
                    got, pongs = b"", []
                    while True:
                        first, payload = wire.frame()
                        if first == 0x88:
                            break
                        if first == 0x8a:
                            pongs.append(payload)
                        else:
                            got += payload
                    self.assertEqual((got, pongs, payload), ("é".encode() + b"y" * 200, [b"p"], b"\x03\xe8"))
                    wire.expect_end()

    def test_subprotocols(self):
        backend, proxy = bridge(echo)
        with backend, proxy:
            for offered, agreed in (("binary", "binary"), ("chat, base64", "base64"), ("chat", None)):
                with BridgeWire(proxy, f"Sec-WebSocket-Protocol: {offered}") as wire:
                    line = f"Sec-WebSocket-Protocol: {agreed}"
                    self.assertEqual(agreed is not None, line in wire.head, wire.head)

    def test_base64(self):
        backend, proxy = bridge(echo)
        with backend, proxy:
            with BridgeWire(proxy, "Sec-WebSocket-Protocol: base64") as wire:
                wire.send(1, b"aGVs", fin=False)
                self.assertEqual(wire.frame(), (0x81, b"aGVs"))
                wire.send(0, b"bG8=")
                self.assertEqual(wire.frame(), (0x81, b"bG8="))
            with BridgeWire(proxy, "Sec-WebSocket-Protocol: base64") as wire:
                wire.send(1, b"not base64!")
                self.assertEqual(wire.close_code(), 1007)


class Rules(unittest.TestCase):
    def test_a_violation_is_answered_and_nothing_behind_it_relayed(self):
        received = []

        def target(connection):
            while data := connection.recv(65536):
                received.append(data)

        rows = [(frame(2, b"x", mask=None), 1002), (frame(2, b"x", rsv=4), 1002), (frame(3, b"x"), 1002),
                (frame(9, b"x" * 126), 1002), (frame(9, b"", fin=False), 1002), (frame(0, b"x"), 1002),
                (frame(1, b"\xff"), 1007), (frame(8, b"\x03\xed"), 1002), (frame(8, b"\x03"), 1002),
                (b"\x82\xff" + b"\xff" * 8 + b"\x00" * 4, 1002), (b"\x82\xff" + struct.pack("!Q", 1 << 40), 1009)]
        backend, proxy = bridge(target)
        with backend, proxy:
            for octets, code in rows:
                with BridgeWire(proxy) as wire, self.subTest(octets=octets[:20]):
                    wire.connection.sendall(frame(2, b"good") + octets + b"\x00" * 4 + frame(2, b"evil"))
                    self.assertEqual(wire.close_code(), code)
                    wire.expect_end()
        self.assertNotIn(b"evil", b"".join(received))
        self.assertEqual(b"".join(received).count(b"good"), len(rows))


class Ends(unittest.TestCase):
    def test_the_targets_end_becomes_1000_behind_all_it_said(self):
        backend, proxy = bridge(lambda connection: connection.sendall(b"z" * (4 * MEBIBYTE)))
        with backend, proxy:
            with BridgeWire(proxy) as wire:
                self.assertEqual(wire.message_octets(4 * MEBIBYTE), b"z" * (4 * MEBIBYTE))
                self.assertEqual(wire.close_code(), 1000)

    def test_the_targets_reset_becomes_1011(self):
        def reset(connection):
            connection.recv(1)
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

        backend, proxy = bridge(reset)
        with backend, proxy, BridgeWire(proxy) as wire:
            wire.send(2, b"x")
            self.assertEqual(wire.close_code(), 1011)

    def test_a_close_half_closes_the_target_and_its_rest_comes_before_the_answer(self):
        def target(connection):
            data = b""
            while part := connection.recv(65536):
                data += part
            connection.sendall(b"rest of " + data)

        backend, proxy = bridge(target)
        with backend, proxy, BridgeWire(proxy) as wire:
            wire.send(2, b"it")
            wire.send(8, struct.pack("!H", 4001) + b"bye")
            self.assertEqual(wire.message_octets(10), b"rest of it")
            self.assertEqual(wire.close_code(), 4001)
            wire.expect_end()

    def test_the_wait_for_the_targets_rest_is_bounded(self):
        backend, proxy = bridge(lambda connection: (connection.recv(1), connection.recv(1)),
                                "--close-timeout", "300ms")
        with backend, proxy, BridgeWire(proxy) as wire:
            wire.send(8, b"\x03\xe8")
            self.assertEqual(wire.close_code(), 1000)

    def test_a_client_may_end_its_half_and_read_on(self):
        def target(connection):
            while connection.recv(65536):
                pass
            connection.sendall(b"late")

        backend, proxy = bridge(target)
        with backend, proxy, BridgeWire(proxy) as wire:
            wire.connection.shutdown(socket.SHUT_WR)
            self.assertEqual(wire.message_octets(4), b"late")
            self.assertEqual(wire.close_code(), 1000)

    def test_no_target_is_told_before_the_upgrade(self):
        with socket.socket() as closed:
            closed.bind(("127.0.0.1", 0))
            with Proxy("--target", f"tcp://127.0.0.1:{closed.getsockname()[1]}") as proxy:
                with BridgeWire(proxy) as wire:
                    self.assertIn("502 Bad Gateway", wire.head)

    def test_a_silent_client_is_pinged_and_let_go(self):
        backend, proxy = bridge(echo, "--ping-interval", "200ms", "--pong-timeout", "200ms")
        with backend, proxy, BridgeWire(proxy) as wire:
            self.assertEqual(wire.frame()[0], 0x89)
            self.assertEqual(wire.close_code(), 1011)

    def test_draining_says_1001(self):
        backend, proxy = bridge(echo)
        with backend, proxy, BridgeWire(proxy) as wire:
            wire.send(2, b"x")
            wire.message_octets(1)
            proxy.stop()
            self.assertEqual(wire.close_code(), 1001)


class InFlight(unittest.TestCase):
    """4 MiB on their way when the sender closes arrive whole, to a reader that is slow."""

    rounds = 20

    def test_from_the_client(self):
        sizes = []

        def slow_target(connection):
            size = 0
            time.sleep(0.02)  # the queues fill up; nothing depends on how long this takes
            while data := connection.recv(4096 if size < 65536 else MEBIBYTE):
                size += len(data)
            sizes.append(size)

        backend, proxy = bridge(slow_target, receive_buffer=4096)
        payload = frame(2, b"q" * 65536) * 64 + frame(8, b"\x03\xe8")
        with backend, proxy:
            for _ in range(self.rounds):
                with BridgeWire(proxy) as wire:
                    wire.connection.sendall(payload)
                    self.assertEqual(wire.close_code(), 1000)
        self.assertEqual(sizes, [4 * MEBIBYTE] * self.rounds)

    def test_from_the_target(self):
        backend, proxy = bridge(lambda connection: connection.sendall(b"z" * (4 * MEBIBYTE)))
        with backend, proxy:
            for _ in range(self.rounds):
                with BridgeWire(proxy) as wire:
                    time.sleep(0.02)  # as above
                    self.assertEqual(len(wire.message_octets(4 * MEBIBYTE)), 4 * MEBIBYTE)
                    self.assertEqual(wire.close_code(), 1000)


class Memory(unittest.TestCase):
    def test_a_stopped_reader_stops_the_other_side(self):
        stopped = threading.Event()

        def flood(connection):
            connection.settimeout(1)
            try:
                while True:
                    connection.sendall(b"f" * 65536)
            except TimeoutError:
                stopped.set()
                connection.settimeout(60)
                with contextlib.suppress(ConnectionError):
                    connection.recv(1)  # until the client has gone

        backend, proxy = bridge(flood)
        with backend, proxy, BridgeWire(proxy):
            before = proxy.resident()
            self.assertTrue(stopped.wait(60))
            self.assertLess(proxy.resident() - before, MEBIBYTE)

    def test_pings_without_end_of_a_client_that_does_not_read(self):
        backend, proxy = bridge(echo)
        with backend, proxy, BridgeWire(proxy) as wire:
            before = proxy.resident()
            wire.connection.settimeout(1)
            with self.assertRaises(TimeoutError):
                while True:
                    wire.connection.sendall(frame(9, b"p" * 125) * 500)
            self.assertLess(proxy.resident() - before, MEBIBYTE)


if __name__ == "__main__":
    unittest.main()
