"""TLS on both sides of wsrig-proxy: certificates shown, asked for, chosen by name, and read again."""

import contextlib
import os
import ssl
import subprocess
import unittest

from echo_process import Echo
from proxy_process import Proxy, run_proxy
from support import folder
from wire import BridgeWire, TunnelWire, frame, read_head, request, trusting_context


class Authority:
    """Makes certificates in a folder: its own `ca.pem`, and those that it signs."""

    def __init__(self, path):
        self.path = path
        self.make("ca")

    def file(self, name):
        return os.path.join(self.path, name + ".pem")

    def make(self, name, *host_names):
        """`name`.pem with its key in it; signed by the authority, but for `ca` itself."""
        command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
                   "-keyout", self.file(name + ".key"), "-out", self.file(name), "-subj", f"/CN={name}"]
        if name != "ca":
            command += ["-CA", self.file("ca"), "-CAkey", self.file("ca.key"), "-addext", "basicConstraints=critical,CA:FALSE"]
        if host_names:
            command += ["-addext", "subjectAltName=" + ",".join("DNS:" + host for host in host_names)]
        subprocess.run(command, check=True, stderr=subprocess.DEVNULL)
        with open(self.file(name), "a", encoding="ascii") as pem, open(self.file(name + ".key"), encoding="ascii") as key:
            pem.write(key.read())
        return self.file(name)

    def client_context(self, identity=None):
        context = ssl.create_default_context(cafile=self.file("ca"))
        if identity:
            context.load_cert_chain(identity)
        return context


@contextlib.contextmanager
def authority():
    with folder() as path:
        yield Authority(path)


def name_shown(proxy, context, host):
    """The common name in the certificate that a client gets which asks for `host`."""
    context.check_hostname = False
    with context.wrap_socket(proxy.connect(), server_hostname=host) as connection:
        subject = dict(pair for part in connection.getpeercert()["subject"] for pair in part)
        return subject["commonName"]


WSS = ("wss://127.0.0.1:0",)


class Tls(unittest.TestCase):
    def test_on_both_sides(self):
        with Echo(listen=("wss://127.0.0.1:0",)) as echo:
            target = f"wss://127.0.0.1:{echo.port}"
            for mode in ("tunnel", "inspect"):
                with Proxy("--target", target, "--mode", mode, "--upstream-insecure", listen=("wss://127.0.0.1:0",)) as proxy:
                    with trusting_context().wrap_socket(proxy.connect()) as connection:
                        connection.sendall(request() + frame(1, b"through"))
                        head, rest = read_head(connection)
                        self.assertIn("101", head)
                        while len(rest) < 9:
                            rest += connection.recv(100)
                        self.assertEqual(rest, b"\x81\x07through")
                    self.assertIn("not verified", proxy.log())

    def test_an_upstream_without_a_known_certificate_is_refused(self):
        with Echo(listen=("wss://127.0.0.1:0",)) as echo, Proxy("--target", f"wss://127.0.0.1:{echo.port}") as proxy:
            with TunnelWire(proxy) as wire:
                self.assertTrue(wire.head.startswith("HTTP/1.1 502 "), wire.head)
            self.assertNotIn("not verified", proxy.log())

    def test_a_bridge_to_a_tls_service(self):
        with Echo(listen=("tls://127.0.0.1:0",)) as echo:
            with Proxy("--target", f"tls://127.0.0.1:{echo.port}", "--upstream-insecure") as proxy, BridgeWire(proxy) as wire:
                wire.send(2, b"x" * 100000)
                self.assertEqual(wire.message_octets(100000), b"x" * 100000)

    def test_only_http_1_1_is_agreed(self):
        with Echo() as echo, Proxy("--target", echo.url, listen=("wss://127.0.0.1:0",)) as proxy:
            context = trusting_context()
            context.set_alpn_protocols(["h2", "http/1.1"])
            with context.wrap_socket(proxy.connect()) as connection:
                self.assertEqual(connection.selected_alpn_protocol(), "http/1.1")
                self.assertIn(connection.version(), ("TLSv1.2", "TLSv1.3"))

    def test_the_certificate_is_chosen_by_name(self):
        rows = (("a.example", "a"), ("A.Example", "a"), ("b.example", "b"), ("x.b.example", "b"), ("exact.b.example", "c"),
                ("x.y.b.example", "a"), ("other.example", "a"), ("127.0.0.1", "a"), (None, "a"))
        with authority() as made, Echo() as echo:
            certs = [made.make("a", "a.example"), made.make("b", "b.example", "*.b.example"), made.make("c", "exact.b.example")]
            options = [word for cert in certs for word in ("--cert", cert)]
            with Proxy("--target", echo.url, *options, listen=WSS) as proxy:
                for host, name in rows:
                    self.assertEqual(name_shown(proxy, made.client_context(), host), name, host)
                context = made.client_context()
                context.set_alpn_protocols(["h2", "http/1.1"])
                with context.wrap_socket(proxy.connect(), server_hostname="b.example") as connection:
                    self.assertEqual(connection.selected_alpn_protocol(), "http/1.1")

    def test_clients_must_have_a_certificate(self):
        with authority() as made, authority() as stranger, Echo() as echo:
            options = ("--cert", made.make("server", "server.example"), "--client-ca", made.file("ca"))

            def status(proxy, identity):
                try:
                    with made.client_context(identity).wrap_socket(proxy.connect(), server_hostname="server.example") as connection:
                        connection.sendall(request())
                        return read_head(connection)[0].split(" ")[1]
                except ssl.SSLError as error:
                    return error.reason

            good, bad = made.make("client"), stranger.make("client")
            with Proxy("--target", echo.url, *options, listen=WSS) as proxy:
                self.assertEqual(status(proxy, good), "101")
                self.assertIn("CERTIFICATE_REQUIRED", status(proxy, None))
                self.assertIn("UNKNOWN_CA", status(proxy, bad))
            with Proxy("--target", echo.url, *options, "--client-cert", "optional", listen=WSS) as proxy:
                self.assertEqual(status(proxy, good), "101")
                self.assertEqual(status(proxy, None), "101")
                self.assertIn("UNKNOWN_CA", status(proxy, bad))

    def test_an_upstream_is_verified_by_its_authority_and_its_name(self):
        with authority() as made:
            good, other = made.make("good", "localhost"), made.make("other", "other.example")
            for cert, status in ((good, " 101 "), (other, " 502 ")):
                with Echo("--cert", cert, listen=("wss://127.0.0.1:0",)) as echo:
                    with Proxy("--target", f"wss://localhost:{echo.port}", "--upstream-ca", made.file("ca"), "--via", "direct") as proxy:
                        with TunnelWire(proxy) as wire:
                            self.assertIn(status, wire.head)

    def test_certificates_are_read_again_at_sighup(self):
        with authority() as made, Echo() as echo:
            cert = made.make("one", "a.example")
            with Proxy("--target", echo.url, "--cert", cert, listen=WSS) as proxy:
                self.assertEqual(name_shown(proxy, made.client_context(), "a.example"), "one")
                os.replace(made.make("two", "a.example"), cert)
                proxy.reload()
                self.assertEqual(name_shown(proxy, made.client_context(), "a.example"), "two")
                with open(cert, "w", encoding="ascii") as file:
                    file.write("no certificate\n")
                proxy.reload()
                self.assertIn("cannot use the certificate", proxy.log())
                self.assertEqual(name_shown(proxy, made.client_context(), "a.example"), "two")

    def test_a_handshake_outlives_a_reload(self):
        with authority() as made, Echo() as echo:
            certs = ("--cert", made.make("a", "a.example"), "--cert", made.make("b", "b.example"))
            with Proxy("--target", echo.url, *certs, listen=WSS) as proxy, proxy.connect() as early:
                name_shown(proxy, made.client_context(), "a.example")  # the early one has been accepted, too
                proxy.reload()
                context = made.client_context()
                context.set_alpn_protocols(["http/1.1"])
                with context.wrap_socket(early, server_hostname="b.example") as connection:
                    self.assertEqual(connection.selected_alpn_protocol(), "http/1.1")

    def test_a_certificate_that_is_none(self):
        code, _, errors = run_proxy("--target", "ws://127.0.0.1:1", "--listen", "wss://127.0.0.1:0", "--cert", "/nonexistent.pem")
        self.assertEqual(code, 3)
        self.assertIn("cannot use the certificate '/nonexistent.pem': No such file or directory", errors)


if __name__ == "__main__":
    unittest.main()
