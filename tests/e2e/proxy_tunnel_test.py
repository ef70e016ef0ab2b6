"""The reverse proxy of wsrig-proxy, on the wire: WebSocket on both sides, in both modes."""

import contextlib
import os
import socket
import struct
import tempfile
import threading
import time
import unittest
import zlib

from proxy_process import Backend, Proxy, switching, upgrade
from support import eventually
from wire import TunnelWire, frame, read_all, read_exactly, read_head, request, server_frame

MEBIBYTE = 1 << 20
MODES = ("tunnel", "inspect")


def echo_octets(connection):
    upgrade(connection)
    while data := connection.recv(65536):
        connection.sendall(data)


def echo_frames(connection):
    """Echoes data frames, whatever their fragmentation, and Close; answers as a server."""
    _, data = upgrade(connection)

    def take(size):
        nonlocal data
        while len(data) < size:
            part = connection.recv(65536)
            if not part:
                raise EOFError
            data += part
        taken, data = data[:size], data[size:]
        return taken

    while True:
        first, second = take(2)
        length = second & 0x7f
        if length > 125:
            length = int.from_bytes(take(2 if length == 126 else 8), "big")
        key = take(4)
        payload = bytes(octet ^ key[i & 3] for i, octet in enumerate(take(length)))
        if first & 0x0f == 9:
            first = first & 0xf0 | 10
        connection.sendall(server_frame(first & 0x0f, payload, fin=bool(first & 0x80)))
        if first & 0x0f == 8:
            return


def noting(heads):
    """A backend that keeps the head of each request, before it answers."""
    def backend(connection):
        head, _ = read_head(connection)
        heads.append(head)
        connection.sendall(switching(head))
        connection.recv(1)
    return backend


def proxied(conversation, *options, receive_buffer=0):
    backend = Backend(conversation, receive_buffer)
    return backend, Proxy("--target", backend.url, *options)


class Handshake(unittest.TestCase):
    def test_head_fields_keep_case_order_and_duplicates(self):
        heads = []

        def backend(connection):
            head, _ = read_head(connection)
            heads.append(head)
            connection.sendall(switching(head, "X-Two: 1", "x-tWO: 2", "Server: q"))
            connection.recv(1)

        fields = ("X-b: 2", "x-A:  1 ", "X-b: 3", "User-Agent: t", "Sec-WebSocket-Protocol: chat")
        server, proxy = proxied(backend)
        with server, proxy:
            with TunnelWire(proxy, "/ws/a%2Fb/c?x=1&y=%20", *fields) as wire:
                self.assertTrue(wire.head.endswith("X-Two: 1\r\nx-tWO: 2\r\nServer: q"), wire.head)
            lines = heads[0].split("\r\n")
            self.assertEqual(lines[0], "GET /ws/a%2Fb/c?x=1&y=%20 HTTP/1.1")
            self.assertEqual(lines[1], "Host: 127.0.0.1")
            self.assertEqual(lines[-5:], ["X-b: 2", "x-A: 1", "X-b: 3", "User-Agent: t", "Sec-WebSocket-Protocol: chat"])

    def test_what_is_for_one_hop_ends_there(self):
        heads = []
        head = (b"GET / HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nconnection: keep-alive, Upgrade, X-Secret, Host\r\n"
                b"Keep-Alive: timeout=5\r\nX-Secret: s\r\nProxy-Authorization: Basic eA==\r\nTE: trailers\r\n"
                b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n")
        server, proxy = proxied(noting(heads))
        with server, proxy, TunnelWire(proxy, head=head):
            self.assertEqual(heads[0].split("\r\n")[1:4], ["Host: h", "Upgrade: websocket", "connection: Upgrade"])
            for gone in ("Secret", "Keep-Alive", "Proxy-Auth", "TE:"):
                self.assertNotIn(gone, heads[0])

    def test_host_and_forwarded_fields(self):
        heads = []
        server = Backend(noting(heads))
        routes = [f"/r/={server.url} host=rewrite", f"/a/={server.url} forwarded=append",
                  f"/p/={server.url} forwarded=replace", f"/n/={server.url}"]
        options = [part for route in routes for part in ("--route", route)]
        with server, Proxy(*options) as proxy:
            for path in "rapn":
                with TunnelWire(proxy, f"/{path}/", "X-Forwarded-For: 1.2.3.4", "X-Forwarded-Proto: gopher", "X-Forwarded-Host: x"):
                    pass
        self.assertIn(f"Host: 127.0.0.1:{server.port}\r\n", heads[0])
        self.assertIn("X-Forwarded-For: 1.2.3.4, 127.0.0.1", heads[1])
        self.assertIn("X-Forwarded-Proto: gopher", heads[1])
        self.assertIn("X-Forwarded-For: 127.0.0.1", heads[2])
        self.assertIn("X-Forwarded-Proto: http", heads[2])
        self.assertIn("X-Forwarded-Host: 127.0.0.1", heads[2])
        self.assertIn("X-Forwarded-For: 1.2.3.4\r\n", heads[3])

    def test_an_answer_that_is_no_valid_101_opens_nothing(self):
        def answering(text):
            def backend(connection):
                head, _ = read_head(connection)
                connection.sendall(text(head))
                with contextlib.suppress(ConnectionResetError):  # the rest of a head that is too long is not read
                    behind = read_all(connection)
                    assert behind == b"", behind
            return backend

        def without(name):
            return lambda head: b"\r\n".join(
                line for line in switching(head).split(b"\r\n") if not line.startswith(name.encode()))

        def wrong_accept(head):
            return switching(head).replace(b"Accept: ", b"Accept: x")

        rows = [without("Upgrade"), without("Connection"), without("Sec-WebSocket-Accept"), wrong_accept,
                lambda head: switching(head, "Sec-WebSocket-Protocol: unasked"),
                lambda head: switching(head, "Sec-WebSocket-Extensions: permessage-deflate"),
                lambda head: b"SSH-2.0-OpenSSH\r\n\r\n", lambda head: b"HTTP/1.1 101 x\r\nX: " + b"y" * 70000]
        for row in rows:
            server, proxy = proxied(answering(row))
            with server, proxy, TunnelWire(proxy, behind=frame(1, b"GET /secret HTTP/1.1")) as wire:
                self.assertTrue(wire.head.startswith("HTTP/1.1 502 "), wire.head)
                wire.rest()

    def test_another_answer_is_relayed_whole_and_nothing_follows_it(self):
        answers = [b"HTTP/1.1 426 Upgrade Required\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 8\r\nContent-Length: 3\r\n\r\nold",
                   b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\n0\r\nT: 1\r\n\r\n",
                   b"HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic\r\n\r\nuntil the end",
                   b"HTTP/1.1 204 No Content\r\n\r\n"]
        for answer in answers:
            def backend(connection, answer=answer):
                read_head(connection)
                connection.sendall(answer)
                if b"until" in answer:
                    connection.shutdown(socket.SHUT_WR)
                behind = read_all(connection)
                assert behind == b"", behind

            server, proxy = proxied(backend)
            with server, proxy, TunnelWire(proxy, behind=b"GET /secret HTTP/1.1\r\nHost: h\r\n\r\n") as wire:
                body = wire.rest()
                self.assertTrue(answer.endswith(b"\r\n\r\n" + body), (answer, wire.head, body))
                self.assertIn("close", wire.head)

    def test_interim_answers_go_on_where_no_101_follows(self):
        def backend(connection):
            head, rest = read_head(connection)
            if "Upgrade" in head:
                connection.sendall(b"HTTP/1.1 103 Early\r\nLink: x\r\n\r\n" + switching(head) + server_frame(1, b"hello"))
                return connection.recv(1)
            connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
            body = rest + read_exactly(connection, 5 - len(rest))
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n" + body)

        server, proxy = proxied(backend)
        with server, proxy:
            with TunnelWire(proxy) as wire:
                self.assertIn(" 101 ", wire.head)
                self.assertEqual(wire.frame(), (0x81, b"hello"))
            expecting = b"PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n"
            for version in (b"HTTP/1.1", b"HTTP/1.0"):
                with proxy.connect() as connection:
                    connection.sendall(expecting.replace(b"HTTP/1.1", version))
                    if version == b"HTTP/1.1":
                        self.assertEqual(read_head(connection), ("HTTP/1.1 100 Continue", b""))
                    connection.sendall(b"hello")
                    answer = read_all(connection)
                    self.assertTrue(answer.startswith(b"HTTP/1.1 200 OK\r\n"), answer)
                    self.assertTrue(answer.endswith(b"\r\n\r\nhello"), answer)

    def test_octets_behind_the_heads_are_delivered(self):
        for mode in MODES:
            def backend(connection):
                head, rest = read_head(connection)
                connection.sendall(switching(head) + server_frame(1, b"hello"))
                data = rest + read_exactly(connection, 11 - len(rest))
                connection.sendall(server_frame(2, data))
                connection.recv(1)

            server, proxy = proxied(backend, "--mode", mode)
            with server, proxy, TunnelWire(proxy, behind=frame(1, b"early")) as wire:
                self.assertEqual(wire.frame(), (0x81, b"hello"))
                self.assertEqual(wire.frame(), (0x82, frame(1, b"early")))

    def test_bad_requests(self):
        rows = [(request().replace(b"Version: 13", b"Version: 8"), 426), (request().replace(b"Sec-WebSocket-Key", b"X"), 400),
                (request().replace(b"HTTP/1.1", b"HTTP/1.0"), 400), (b"nonsense\r\n\r\n", 400),
                (request("/", "Content-Length: 3"), 400), (request("/", "Transfer-Encoding: chunked"), 400),
                (request("/", "X : y"), 400), (request("/", " folded"), 400), (request("/", "X: a\x00b"), 400),
                (request("/", "Host: other"), 400), (request("/", "Content-Length: 1", "Content-Length: 2"), 400),
                (request("/", "X: " + "y" * 20000), 431), (request("/", *["X: y"] * 200), 431),
                (request().replace(b"HTTP/1.1", b"HTTP/2.0"), 505), (request("*"), 404)]
        server, proxy = proxied(lambda connection: connection.recv(1))
        with server, proxy:
            for octets, status in rows:
                with self.subTest(octets=octets[:60]), TunnelWire(proxy, head=octets) as wire:
                    self.assertTrue(wire.head.startswith(f"HTTP/1.1 {status} "), wire.head)
                    if status == 426:
                        self.assertIn("Sec-WebSocket-Version: 13", wire.head)
            self.assertEqual(server.connections, 0)

    def test_upgrades_to_anything_else_are_not_passed(self):
        heads = []

        def backend(connection):
            heads.append(read_head(connection)[0])
            connection.sendall(b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n")
            assert read_all(connection) == b""

        head = b"GET / HTTP/1.1\r\nHost: h\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AA\r\n\r\n"
        server, proxy = proxied(backend)
        with server, proxy, TunnelWire(proxy, head=head) as wire:
            self.assertIn("502", wire.head)
        self.assertNotIn("h2c", heads[0])
        self.assertNotIn("HTTP2-Settings", heads[0])


class Routes(unittest.TestCase):
    def test_paths(self):
        heads = []
        server = Backend(noting(heads))
        with server, Proxy("--route", f"/chat/={server.url}", "--route", f"/one={server.url}/two",
                           "--route", f"/old/={server.url}/new/", "--route", f"only.example/={server.url}") as proxy:
            for target, upstream in (("/chat/a/../b?q=/..", "/chat/a/../b?q=/.."), ("/one?x", "/two?x"), ("/old/a", "/new/a"),
                                     ("/chat/a%2Fb", "/chat/a%2Fb"), ("http://h:1/chat/x", "/chat/x")):
                with TunnelWire(proxy, target) as wire:
                    self.assertIn("101", wire.head, target)
                    self.assertEqual(heads[-1].split("\r\n")[0], f"GET {upstream} HTTP/1.1")
            for target in ("/", "/chat", "/one/", "/one/x", "/chat/../secret", "/chat/%2e%2e/secret", "/chat/..%2fsecret",
                           "/chat/a%2f../../secret", "/chat/..\\secret", "/chat/..%5Csecret", "/CHAT/"):
                with TunnelWire(proxy, target) as wire:
                    self.assertIn("404", wire.head, target)
            with TunnelWire(proxy, head=request("/anything", host="ONLY.example:80")) as wire:
                self.assertIn("101", wire.head)

    def test_an_ordinary_request(self):
        def backend(connection):
            head, rest = read_head(connection)
            body = rest + read_exactly(connection, 5 - len(rest))
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n" + body[::-1])

        server = Backend(backend)
        post = b"POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhelloGET /smuggled HTTP/1.1\r\n\r\n"
        with server, Proxy("--route", f"/x={server.url}", "--route", f"/w={server.url} http=refuse") as proxy:
            with TunnelWire(proxy, head=post) as wire:
                self.assertEqual(wire.rest(), b"olleh")
            with TunnelWire(proxy, head=post.replace(b"/x ", b"/w ")) as wire:
                self.assertIn("426", wire.head)
        self.assertEqual(server.connections, 1)

    def test_reload_keeps_tunnels(self):
        server = Backend(echo_octets)
        with tempfile.NamedTemporaryFile("w", suffix=".conf") as file, server:
            file.write(f"route = /a={server.url}\nlog = json\n")
            file.flush()
            with Proxy("--config", file.name) as proxy, TunnelWire(proxy, "/a") as wire:
                file.seek(0)
                file.truncate()
                file.write(f"route = /b={server.url}\nlog = json\n")
                file.flush()
                proxy.reload()
                wire.send(1, b"still")
                self.assertEqual(read_exactly(wire.connection, 11), frame(1, b"still"))
                for path, status in (("/a", "404"), ("/b", "101")):
                    with TunnelWire(proxy, path) as other:
                        self.assertIn(status, other.head)


class Upstreams(unittest.TestCase):
    def test_refused_and_silent(self):
        with socket.socket() as closed:
            closed.bind(("127.0.0.1", 0))
            with Proxy("--target", f"ws://127.0.0.1:{closed.getsockname()[1]}") as proxy, TunnelWire(proxy) as wire:
                self.assertTrue(wire.head.startswith("HTTP/1.1 502 "), wire.head)
        server, proxy = proxied(lambda connection: connection.recv(1 << 20) and connection.recv(1), "--answer-timeout", "200ms")
        with server, proxy, TunnelWire(proxy) as wire:
            self.assertTrue(wire.head.startswith("HTTP/1.1 504 "), wire.head)
        server, proxy = proxied(lambda connection: connection.recv(1 << 20))
        with server, proxy, TunnelWire(proxy) as wire:
            self.assertTrue(wire.head.startswith("HTTP/1.1 502 "), wire.head)


class Data(unittest.TestCase):
    def test_frames_keep_their_form(self):
        """What comes out is what went in, octet by octet, however it was cut."""
        octets = (frame(1, "hé".encode(), fin=False) + frame(9, b"mid") + frame(0, b"llo") + frame(2, b"b" * 70000)
                  + frame(10, b"unasked") + frame(2) + frame(8, struct.pack("!H", 4001) + b"bye"))
        for mode in MODES:
            received = []

            def backend(connection):
                _, rest = upgrade(connection)
                received.append(rest + read_exactly(connection, len(octets) - len(rest)))
                connection.sendall(server_frame(8, b"\x0f\xa1"))

            server, proxy = proxied(backend, "--mode", mode)
            with server, proxy:
                for size in (1 << 20, 1000, 13):
                    with TunnelWire(proxy) as wire:
                        for at in range(0, len(octets), size):
                            wire.connection.sendall(octets[at:at + size])
                        self.assertEqual(wire.frame(), (0x88, b"\x0f\xa1"))
                        wire.connection.shutdown(socket.SHUT_WR)
                        self.assertEqual(wire.rest(), b"")
            self.assertEqual(received, [octets] * 3)

    def test_half_close_is_passed_on(self):
        for mode in MODES:
            def backend(connection):
                _, rest = upgrade(connection)
                data = rest + read_all(connection)
                connection.sendall(server_frame(2, data))

            server, proxy = proxied(backend, "--mode", mode)
            with server, proxy, TunnelWire(proxy) as wire:
                wire.send(2, b"last")
                wire.connection.shutdown(socket.SHUT_WR)
                self.assertEqual(wire.frame(), (0x82, frame(2, b"last")))
                self.assertEqual(wire.rest(), b"")

    def test_the_end_of_one_side_ends_the_other(self):
        for mode in MODES:
            server, proxy = proxied(lambda connection: upgrade(connection) and connection.recv(1), "--mode", mode,
                                    "--close-timeout", "300ms")
            with server, proxy:
                before = proxy.descriptors()
                for _ in range(20):
                    with TunnelWire(proxy) as wire:
                        wire.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                    with TunnelWire(proxy) as wire:
                        wire.send(2, b"x")
                        wire.rest()
                eventually(lambda: proxy.descriptors() == before, within=20)


class Inspection(unittest.TestCase):
    def test_a_violation_of_the_client(self):
        received = []

        def backend(connection):
            _, rest = upgrade(connection)
            received.append(rest + read_all(connection))

        rows = [(frame(2, b"x", mask=None), 1002), (frame(2, b"x", rsv=4), 1002), (frame(3, b"x"), 1002),
                (frame(9, b"x" * 126), 1002), (frame(0, b"x"), 1002), (frame(1, b"\xff"), 1007), (frame(8, b"\x03\xed"), 1002),
                (b"\x82\xff" + struct.pack("!Q", 1 << 40), 1009)]
        server, proxy = proxied(backend, "--mode", "inspect")
        with server, proxy:
            for octets, code in rows:
                with self.subTest(octets=octets[:20]), TunnelWire(proxy) as wire:
                    wire.connection.sendall(frame(2, b"good") + octets + b"\x00" * 4 + frame(2, b"evil"))
                    self.assertEqual(wire.close_code(), code)
                    self.assertEqual(wire.rest(), b"")
        for octets in received:
            self.assertTrue(octets.startswith(frame(2, b"good")))
            self.assertNotIn(frame(2, b"evil"), octets)

    def test_what_is_compressed_is_judged_by_what_it_inflates_to(self):
        def deflated(data):
            packer = zlib.compressobj(wbits=-15)
            return (packer.compress(data) + packer.flush(zlib.Z_SYNC_FLUSH))[:-4]

        def backend(connection):
            upgrade(connection, "Sec-WebSocket-Extensions: permessage-deflate")
            read_all(connection)

        rows = [(frame(1, deflated(b"h\xc3h"), rsv=4), 1007), (frame(2, b"\xff\xff\xff", rsv=4), 1007),
                (frame(2, deflated(b"x" * (2 << 20)), rsv=4), 1009)]
        server, proxy = proxied(backend, "--mode", "inspect", "--max-message", "1MiB")
        with server, proxy:
            for octets, code in rows:
                with TunnelWire(proxy, "/", "Sec-WebSocket-Extensions: permessage-deflate") as wire:
                    wire.connection.sendall(frame(1, deflated("héllo".encode()), rsv=4) + octets)
                    self.assertEqual(wire.close_code(), code)
                    self.assertEqual(wire.rest(), b"")

    def test_a_violation_of_the_upstream(self):
        def backend(connection):
            upgrade(connection)
            connection.sendall(server_frame(1, b"ok") + frame(1, b"masked") + server_frame(1, b"evil"))
            head = read_exactly(connection, 2)
            payload = read_exactly(connection, 4 + (head[1] & 0x7f))
            code = bytes(payload[4 + i] ^ payload[i] for i in range(2))
            assert (head[0], code) == (0x88, b"\x03\xea"), (head, code)

        server, proxy = proxied(backend, "--mode", "inspect")
        with server, proxy, TunnelWire(proxy) as wire:
            self.assertEqual(wire.frame(), (0x81, b"ok"))
            self.assertEqual(wire.close_code(), 1014)
            self.assertEqual(wire.rest(), b"")


class Ends(unittest.TestCase):
    def test_draining_says_1001_to_both(self):
        for mode in MODES:
            codes = []
            relayed = threading.Event()

            def backend(connection, codes=codes, relayed=relayed):
                _, data = upgrade(connection)
                data += read_exactly(connection, 7 - len(data))
                relayed.set()
                head = read_exactly(connection, 2)
                payload = read_exactly(connection, 4 + (head[1] & 0x7f))
                codes.append(bytes(payload[4 + i] ^ payload[i] for i in range(2)))
                connection.sendall(server_frame(8, codes[0]))

            server, proxy = proxied(backend, "--mode", mode, "--log", "json")
            with server, proxy, TunnelWire(proxy) as wire:
                wire.send(2, b"x")
                self.assertTrue(relayed.wait(20))
                proxy.stop()
                self.assertEqual(wire.close_code(), 1001)
                wire.send(8, b"\x03\xe9")
                self.assertEqual(wire.rest(), b"")
                wire.connection.close()
                self.assertEqual(proxy.process.wait(timeout=20), 0)
                end, = proxy.ends()
                self.assertEqual((end["ended_by"], end["reason"]), ("proxy", "drain"))
            self.assertEqual(codes, [b"\x03\xe9"])

    def test_a_client_that_has_gone_does_not_keep_the_drain_waiting(self):
        asked = threading.Event()

        def silent(connection):
            read_head(connection)
            asked.set()
            read_all(connection)

        server, proxy = proxied(silent, "--answer-timeout", "1000s", "--close-timeout", "1000s", "--drain-timeout", "1000s")
        with server, proxy:
            with proxy.connect() as connection:
                connection.sendall(b"GET / HTTP/1.1\r\nHost: h\r\n\r\n")
                self.assertTrue(asked.wait(20))
            proxy.stop()
            self.assertEqual(proxy.process.wait(timeout=20), 0)

    def test_what_is_cut_at_the_end_of_the_drain_is_told(self):
        def silent(connection):
            upgrade(connection)
            read_all(connection)

        server, proxy = proxied(silent, "--close-timeout", "1000s", "--drain-timeout", "100ms", "--log", "json")
        with server, proxy, TunnelWire(proxy):
            proxy.stop()
            self.assertEqual(proxy.process.wait(timeout=20), 0)
            end, = proxy.ends()
            self.assertEqual((end["ended_by"], end["reason"]), ("proxy", "drain"))

    def test_the_log_tells_how_a_tunnel_went(self):
        for mode in MODES:
            server, proxy = proxied(echo_frames, "--mode", mode, "--log", "json")
            with server, proxy:
                with TunnelWire(proxy, "/p\"q") as wire:
                    wire.send(1, b"one")
                    self.assertEqual(wire.frame(), (0x81, b"one"))
                    wire.send(8, struct.pack("!H", 4001) + b"bye\x1b")
                    self.assertEqual(wire.close_code(), 4001)
                    self.assertEqual(wire.rest(), b"")
                end, = eventually(proxy.ends, within=20)
                self.assertEqual((end["frames_to_upstream"], end["frames_to_downstream"]), (2, 2))
                self.assertEqual((end["close_from_client"], end["close_from_upstream"]), (4001, 4001))
                self.assertEqual((end["ended_by"], end["reason"]), ("client", "close"))
                self.assertEqual((end["octets_to_upstream"], end["octets_to_downstream"]), (21, 13))
                self.assertEqual(end["target"], "/p\"q")


    def test_trace(self):
        server, proxy = proxied(echo_frames, "--mode", "inspect", "--trace")
        with server, proxy:
            with TunnelWire(proxy) as wire:
                wire.send(1, b"Hel\x1b", fin=False)
                wire.send(9, b"mid")
                wire.send(0, b"l" * 100)
                for _ in range(3):
                    wire.frame()
                wire.send(3, b"wrong")
                self.assertEqual(wire.close_code(), 1002)
            wanted = ['1 > text fin=0 hex(48 65 6c 1b)', '1 < text fin=0 hex(48 65 6c 1b)', '1 > ping "mid"', '1 < pong "mid"',
                      '1 > cont "' + "l" * 64 + '" … (100 octets)', "1 > # "]
            for line in wanted:
                self.assertIn("\n" + line, proxy.log())


class InFlight(unittest.TestCase):
    """4 MiB on their way when the sender closes arrive whole, to a reader that is slow."""

    rounds = 15

    def test_from_the_client(self):
        octets = frame(2, b"q" * 65536) * 64 + frame(8, b"\x03\xe8")
        for mode in MODES:
            sizes = []

            def backend(connection):
                _, rest = upgrade(connection)
                time.sleep(0.02)  # the queues fill up; nothing depends on how long this takes
                sizes.append(len(rest) + len(read_all(connection)))

            server, proxy = proxied(backend, "--mode", mode, receive_buffer=4096)
            with server, proxy:
                for _ in range(self.rounds):
                    with TunnelWire(proxy) as wire:
                        wire.connection.sendall(octets)
                        wire.connection.shutdown(socket.SHUT_WR)
                        wire.rest()
            self.assertEqual(sizes, [len(octets)] * self.rounds)

    def test_from_the_backend(self):
        octets = server_frame(2, b"q" * 65536) * 64 + server_frame(8, b"\x03\xe8")
        for mode in MODES:
            def backend(connection):
                upgrade(connection)
                connection.sendall(octets)

            server, proxy = proxied(backend, "--mode", mode)
            with server, proxy:
                for _ in range(self.rounds):
                    with TunnelWire(proxy) as wire:
                        time.sleep(0.02)  # as above
                        self.assertEqual(len(wire.rest()), len(octets))


class Large(unittest.TestCase):
    """Payloads that a tunnel has the kernel move: they arrive as they are, and are counted."""

    def test_large_and_small_frames_take_turns(self):
        sizes = [0, 5, 300_000, 1, 65_536, 70_000, 70_000, 40_000, 125, 2 * MEBIBYTE, 33_000]
        octets = b"".join(frame(2, os.urandom(size)) for size in sizes) + frame(8, b"\x03\xe8")
        for sliced in (len(octets), 50_000):
            server, proxy = proxied(echo_octets, "--log", "json")
            with server, proxy:
                with TunnelWire(proxy) as wire:
                    writer = threading.Thread(target=lambda: [wire.connection.sendall(octets[at:at + sliced])
                                                              for at in range(0, len(octets), sliced)])
                    writer.start()
                    self.assertTrue(read_exactly(wire.connection, len(octets)) == octets)
                    writer.join()
                    wire.connection.shutdown(socket.SHUT_WR)
                    self.assertEqual(wire.rest(), b"")
                end, = eventually(proxy.ends, within=20)
                for way in ("to_upstream", "to_downstream"):
                    self.assertEqual(end["octets_" + way], len(octets))
                    self.assertEqual(end["frames_" + way], len(sizes) + 1)
                self.assertEqual((end["close_from_client"], end["close_from_upstream"]), (1000, 1000))


class Memory(unittest.TestCase):
    def test_a_stopped_reader_stops_the_other_side(self):
        for mode in MODES:
            def flood(connection):
                upgrade(connection)
                connection.settimeout(1)
                try:
                    while True:
                        connection.sendall(server_frame(2, b"f" * 65000))
                except (TimeoutError, ConnectionError):
                    pass

            server, proxy = proxied(flood, "--mode", mode)
            with server, proxy, TunnelWire(proxy) as wire:
                before = proxy.resident()
                wire.connection.settimeout(1)
                with self.assertRaises(TimeoutError):
                    while True:
                        wire.connection.sendall(frame(2, b"g" * 1000) * 100)
                self.assertLess(proxy.resident() - before, MEBIBYTE)


if __name__ == "__main__":
    unittest.main()
