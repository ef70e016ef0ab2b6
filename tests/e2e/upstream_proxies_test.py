"""wsrig-proxy behind the SOCKS5 and HTTP proxies of Debian: credentials, services that speak first, failures."""

import contextlib
import os
import shutil
import subprocess
import tempfile
import unittest

import support
from echo_process import Echo
from proxy_process import Backend, Proxy
from wire import BridgeWire, TunnelWire

BANNER = b"SSH-2.0-first\r\n"


def find(test, program):
    path = shutil.which(program) or shutil.which(program, path="/usr/sbin:/sbin")
    if path is None:
        test.skipTest(f"{program} is not installed: ci/setup test")
    return path


@contextlib.contextmanager
def microsocks(test, *options):
    port = support.free_port()
    command = [find(test, "microsocks"), "-i", "127.0.0.1", "-p", str(port), *options]
    with support.process(command, stderr=subprocess.DEVNULL):
        support.wait_for_port(port)
        yield port


@contextlib.contextmanager
def configured(command, text):
    """A program with a configuration file, in whose text PORT is the port it listens to."""
    port = support.free_port()
    with tempfile.NamedTemporaryFile("w") as file:
        file.write(text.replace("PORT", str(port)))
        file.flush()
        with support.process([*command, file.name], stderr=subprocess.DEVNULL):
            support.wait_for_port(port)
            yield port


def tinyproxy(test, more=""):
    text = "Port PORT\nListen 127.0.0.1\nTimeout 60\nMaxClients 10\n" + more
    return configured([find(test, "tinyproxy"), "-d", "-c"], text)


def danted(test):
    if os.geteuid() != 0:
        test.skipTest("danted changes users, which needs root")
    text = ("logoutput: stderr\ninternal: 127.0.0.1 port = PORT\nexternal: lo\nsocksmethod: none\nclientmethod: none\n"
            "user.privileged: root\nuser.unprivileged: nobody\n"
            "client pass { from: 127.0.0.0/8 to: 0.0.0.0/0 }\nsocks pass { from: 127.0.0.0/8 to: 0.0.0.0/0 }\n")
    return configured([find(test, "danted"), "-f"], text)


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
