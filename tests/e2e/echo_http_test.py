"""What wsrig-echo answers to requests, WebSocket or not."""

import unittest

from echo_process import Echo
from wire import REQUEST, frame, read_all, read_head


def request(method="GET", target="/", *fields):
    return "".join([f"{method} {target} HTTP/1.1\r\nHost: h\r\n", *(field + "\r\n" for field in fields), "\r\n"]).encode()


UPGRADE = ("Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Version: 13",
           "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==")


class Http(unittest.TestCase):
    engine = "core"

    def ask(self, octets, *options, listen="ws://127.0.0.1:0"):
        """The response's head and body; the server closes behind it."""
        with Echo("--engine", self.engine, *options, listen=(listen,)) as echo, echo.connect() as connection:
            connection.sendall(octets)
            head, rest = read_head(connection)
            return head, (rest + read_all(connection)).decode()

    def test_a_browser_gets_the_page(self):
        head, body = self.ask(request("GET", "/", "Accept: text/html,*/*"))
        self.assertTrue(head.startswith("HTTP/1.1 200 "))
        self.assertIn(f"Content-Length: {len(body.encode())}", head)
        self.assertIn("<title>wsrig-echo test page</title>", body)

    def test_head_gets_the_same_without_a_body(self):
        head, body = self.ask(request("HEAD", "/", "Accept: text/html"))
        self.assertTrue(head.startswith("HTTP/1.1 200 "))
        self.assertRegex(head, r"Content-Length: [1-9]")
        self.assertEqual(body, "")

    def test_others_are_told_to_upgrade(self):
        head, _ = self.ask(request())
        self.assertTrue(head.startswith("HTTP/1.1 426 "))
        self.assertIn("Upgrade: websocket", head)
        self.assertIn("Sec-WebSocket-Version: 13", head)

    def test_other_methods_get_405(self):
        for method in ("POST", "OPTIONS", "DELETE"):
            head, _ = self.ask(request(method, "/", "Content-Length: 3") + b"abc")
            self.assertTrue(head.startswith("HTTP/1.1 405 "), head)
            self.assertIn("Allow: GET", head)

    def test_another_path_gets_404_where_one_is_given(self):
        for target in ("/", "/chat/x", "/chatter"):
            for fields in ((), UPGRADE, ("Accept: text/html",)):
                head, _ = self.ask(request("GET", target, *fields), listen="ws://127.0.0.1:0/chat")
                self.assertTrue(head.startswith("HTTP/1.1 404 "), head)

    def test_the_given_path_is_served_with_any_query(self):
        with Echo("--engine", self.engine, listen=("ws://127.0.0.1:0/chat",)) as echo:
            for target in ("/chat", "/chat?token=x"):
                with echo.connect() as connection:
                    connection.sendall(request("GET", target, *UPGRADE))
                    self.assertTrue(read_head(connection)[0].startswith("HTTP/1.1 101 "))

    def test_any_path_is_served_where_none_is_given(self):
        with Echo("--engine", self.engine) as echo, echo.connect() as connection:
            connection.sendall(request("GET", "/any/path?x", *UPGRADE))
            self.assertTrue(read_head(connection)[0].startswith("HTTP/1.1 101 "))

    def test_a_foreign_origin_gets_403(self):
        head, _ = self.ask(request("GET", "/", *UPGRADE, "Origin: http://evil.example"), "--origin",
                           "http://good.example")
        self.assertTrue(head.startswith("HTTP/1.1 403 "))

    def test_listed_origins_and_no_origin_are_let_in(self):
        for fields in ((), ("Origin: http://good.example",), ("Origin: http://GOOD.example",)):
            with Echo("--engine", self.engine, "--origin", "http://good.example") as echo, echo.connect() as connection:
                connection.sendall(request("GET", "/", *UPGRADE, *fields))
                self.assertTrue(read_head(connection)[0].startswith("HTTP/1.1 101 "))

    def test_the_clients_first_subprotocol_that_is_spoken_wins(self):
        with Echo("--engine", self.engine, "--subprotocol", "one", "--subprotocol", "two") as echo:
            with echo.connect() as connection:
                connection.sendall(request("GET", "/", *UPGRADE, "Sec-WebSocket-Protocol: zero, two, one"))
                self.assertIn("Sec-WebSocket-Protocol: two", read_head(connection)[0])

    def test_an_unsupported_version_gets_426_with_the_list(self):
        fields = [field.replace("13", "12") for field in UPGRADE]
        head, _ = self.ask(request("GET", "/", *fields))
        self.assertTrue(head.startswith("HTTP/1.1 426 "))
        self.assertIn("Sec-WebSocket-Version: 13", head)

    def test_a_long_head_gets_431(self):
        head, _ = self.ask(request("GET", "/", "X: " + "x" * 20000))
        self.assertTrue(head.startswith("HTTP/1.1 431 "), head)

    def test_beyond_the_connection_limit_503(self):
        with Echo("--engine", self.engine, "--max-connections", "1") as echo:
            with echo.connect() as first:
                first.sendall(REQUEST)
                read_head(first)
                with echo.connect() as second:
                    second.sendall(REQUEST)
                    head, _ = read_head(second)
                self.assertTrue(head.startswith("HTTP/1.1 503 "), head)
                self.assertIn("Retry-After: ", head)


class HttpOfBeast(Http):
    engine = "beast"


class HttpOfCore(unittest.TestCase):
    def test_many_headers_get_431(self):
        with Echo("--max-headers", "10") as echo, echo.connect() as connection:
            connection.sendall(request("GET", "/", *["X: x"] * 20))
            self.assertTrue(read_head(connection)[0].startswith("HTTP/1.1 431 "))

    def test_a_head_that_never_ends_gets_408(self):
        with Echo("--handshake-timeout", "100ms") as echo, echo.connect() as connection:
            connection.sendall(b"GET / HTTP/1.1\r\n")
            self.assertTrue(read_head(connection)[0].startswith("HTTP/1.1 408 "))
            self.assertEqual(read_all(connection), b"")

    def test_a_malformed_request_is_told_its_section(self):
        with Echo() as echo, echo.connect() as connection:
            connection.sendall(b"GET / HTTP/1.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n")
            head, rest = read_head(connection)
            self.assertTrue(head.startswith("HTTP/1.1 400 "))
            self.assertIn("RFC 6455 §4.2.1", (rest + read_all(connection)).decode())

    def test_frames_glued_to_the_request_are_read(self):
        with Echo() as echo, echo.connect() as connection:
            connection.sendall(REQUEST + frame(1, b"glued"))
            _, rest = read_head(connection)
            while len(rest) < 7:
                rest += connection.recv(100)
            self.assertEqual(rest, b"\x81\x05glued")


if __name__ == "__main__":
    unittest.main()
