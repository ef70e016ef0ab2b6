"""wsrig-proxy behind the SOCKS5 and HTTP proxies of Debian: credentials, services that speak first, failures."""

import unittest

import support
from echo_process import Echo
from foreign_proxies import danted, microsocks, tinyproxy
from proxy_process import Backend, Proxy
from wire import BridgeWire, TunnelWire

BANNER = b"SSH-2.0-first\r\n"


class UpstreamProxies(unittest.TestCase):
    def check_echo(self, via):
        with Echo() as echo, Proxy("--target", echo.url, "--via", via) as proxy, TunnelWire(proxy) as wire:
            wire.send(1, b"through")
            self.assertEqual(wire.frame(), (0x81, b"through"))

    def check_banner(self, via):
        """A service that speaks first: its octets come right behind the proxy's answer."""
        def service(connection):
            connection.sendall(BANNER)
            connection.recv(1)

        with Backend(service) as backend:
            with Proxy("--target", f"tcp://127.0.0.1:{backend.port}", "--via", via) as proxy, BridgeWire(proxy) as wire:
                self.assertEqual(wire.message_octets(len(BANNER)), BANNER)

    def check_refusal(self, via, status, *words):
        """What a client gets, and what the log tells, where nobody listens."""
        with Proxy("--target", f"tcp://127.0.0.1:{support.free_port()}", "--via", via) as proxy, BridgeWire(proxy) as wire:
            self.assertIn(f" {status} ", wire.head)
            for word in words:
                self.assertIn(word, proxy.log())

    def check_all(self, via):
        self.check_echo(via)
        self.check_banner(via)

    def test_microsocks(self):
        with microsocks(self) as port:
            self.check_all(f"socks5://127.0.0.1:{port}")
            self.check_all(f"socks5://127.0.0.1:{port}".replace("127.0.0.1", "localhost"))
            self.check_refusal(f"socks5://127.0.0.1:{port}", 502, "the target refused the connection (reply 5)")

    def test_microsocks_with_credentials(self):
        with microsocks(self, "-u", "ann", "-P", "p:w") as port:
            self.check_all(f"socks5://ann:p:w@127.0.0.1:{port}")
            self.check_refusal(f"socks5://ann:no@127.0.0.1:{port}", 502, "refused the user name or password")
            self.check_refusal(f"socks5://127.0.0.1:{port}", 502, "accepts none of the offered methods")

    def test_danted(self):
        with danted(self) as port:
            self.check_all(f"socks5://127.0.0.1:{port}")
            self.check_refusal(f"socks5://127.0.0.1:{port}", 502, "the target refused the connection (reply 5)")

    def test_tinyproxy(self):
        with tinyproxy(self) as port:
            self.check_all(f"http://127.0.0.1:{port}")
            self.check_refusal(f"http://127.0.0.1:{port}", 502, "could not reach the target: 500")

    def test_tinyproxy_with_credentials(self):
        with tinyproxy(self, "BasicAuth ann secret\n") as port:
            self.check_all(f"http://ann:secret@127.0.0.1:{port}")
            self.check_refusal(f"http://ann:wrong@127.0.0.1:{port}", 502)
            self.check_refusal(f"http://127.0.0.1:{port}", 502)

    def test_credentials_from_the_environment(self):
        with microsocks(self, "-u", "ann", "-P", "p@w:1") as port, Echo() as echo:
            via = f"socks5://ann:${{env:TEST_PASSWORD}}@127.0.0.1:{port}"
            with Proxy("--target", echo.url, "--via", via, environment={"TEST_PASSWORD": "p@w:1"}) as proxy:
                with TunnelWire(proxy) as wire:
                    self.assertIn(" 101 ", wire.head)
                self.assertNotIn("p@w:1", proxy.log())


if __name__ == "__main__":
    unittest.main()
