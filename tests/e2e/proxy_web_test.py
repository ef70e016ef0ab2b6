"""Folders that wsrig-proxy serves beside its tunnels."""

import os
import socket
import subprocess
import unittest

from echo_process import Echo
from proxy_process import Proxy, run_proxy
from support import folder
from wire import TunnelWire, frame, read_head

MEBIBYTE = 1 << 20


def site(path):
    os.makedirs(os.path.join(path, "site", "sub"))
    for name, text in (("secret", "secret"), ("site/index.html", "<p>home"), ("site/sub/index.html", "<p>sub"),
                       ("site/app.js", "run()")):
        with open(os.path.join(path, name), "w", encoding="utf-8") as file:
            file.write(text)
    os.symlink("../secret", os.path.join(path, "site", "link"))
    return os.path.join(path, "site")


def curl(url, *options):
    """What curl prints: the head, then the body."""
    done = subprocess.run(["curl", "-sS", "-i", "--noproxy", "*", "--max-time", "20", "--path-as-is", *options, url],
                          capture_output=True, text=True, check=True)
    head, _, body = done.stdout.partition("\n\n")
    return head, body


class Web(unittest.TestCase):
    def test_a_bridge_with_a_page(self):
        with folder() as path, Echo(listen=("tcp://127.0.0.1:0",)) as echo:
            web = site(path)
            with Proxy("--target", f"127.0.0.1:{echo.port}", "--web", web, listen=("ws://127.0.0.1:0/vnc",)) as proxy:
                base = f"http://127.0.0.1:{proxy.port}"
                with TunnelWire(proxy, "/vnc") as wire:
                    wire.send(2, b"octets")
                    self.assertEqual(wire.frame(), (0x82, b"octets"))
                head, body = curl(base + "/")
                self.assertIn(" 200 OK", head)
                self.assertIn("Content-Type: text/html; charset=utf-8", head)
                self.assertEqual(body, "<p>home")
                self.assertEqual(curl(base + "/sub", "-L")[1].split("\n\n")[-1], "<p>sub")
                for target, status in (("/link", 404), ("/../secret", 404), ("/%2e%2e/secret", 404), ("/..%2fsecret", 404),
                                       ("/missing", 404), ("/vnc", 404), ("/app.js?v=1", 200)):
                    self.assertIn(f" {status} ", curl(base + target)[0], target)
                with TunnelWire(proxy, "/other") as wire:
                    self.assertIn(" 404 ", wire.head)

    def test_conditions_head_and_methods(self):
        with folder() as path, Proxy("--web", site(path)) as proxy:
            url = f"http://127.0.0.1:{proxy.port}/app.js"
            head, _ = curl(url)
            tag = next(line.split(": ")[1] for line in head.splitlines() if line.startswith("ETag: "))
            date = next(line.split(": ")[1] for line in head.splitlines() if line.startswith("Last-Modified: "))
            for field in (f"If-None-Match: {tag}", f"If-Modified-Since: {date}"):
                head, body = curl(url, "-H", field)
                self.assertIn(" 304 Not Modified", head)
                self.assertEqual(body, "")
            head, body = curl(url, "-I")
            self.assertIn("Content-Length: 5", head)
            self.assertEqual(body, "")
            self.assertIn(" 405 ", curl(url, "-d", "x")[0])

    def test_each_route_says_what_ordinary_requests_get(self):
        with folder() as path, Echo() as echo:
            web = site(path)
            config = os.path.join(path, "proxy.conf")
            with open(config, "w", encoding="utf-8") as file:
                file.write(f"[route /a/]\ntarget = {echo.url[:-1]}\nweb = {web}\n\n[route /b/]\ntarget = {echo.url[:-1]}\n"
                           f"http = refuse\n\n[route /c/]\nweb = {web}/sub\n")
            with Proxy("--config", config) as proxy:
                base = f"http://127.0.0.1:{proxy.port}"
                for target, status in (("/a/", 200), ("/a/app.js", 200), ("/b/", 426), ("/c/", 200), ("/c/app.js", 404), ("/", 404)):
                    self.assertIn(f" {status} ", curl(base + target)[0], target)
                for target, status in (("/a/", 101), ("/b/", 101), ("/c/", 404)):
                    with TunnelWire(proxy, target) as wire:
                        self.assertIn(f" {status} ", wire.head, target)

    def test_a_large_file_costs_no_memory(self):
        size = 64 * MEBIBYTE
        with folder() as path, Proxy("--web", path) as proxy:
            with open(os.path.join(path, "large"), "wb") as file:
                file.truncate(size)
            before = proxy.resident()
            with proxy.connect() as connection:
                connection.sendall(b"GET /large HTTP/1.1\r\nHost: h\r\n\r\n")
                connection.shutdown(socket.SHUT_WR)
                _, rest = read_head(connection)
                count = len(rest)
                while part := connection.recv(MEBIBYTE):
                    count += len(part)
                self.assertEqual(count, size)
            self.assertLess(proxy.resident() - before, MEBIBYTE)

    def test_mistakes(self):
        code, _, errors = run_proxy("--web", "/nonexistent")
        self.assertEqual(code, 2)
        self.assertIn("'--web': cannot open the folder '/nonexistent': No such file or directory", errors)


class ConfigFile(unittest.TestCase):
    def test_mistakes_have_their_place(self):
        rows = (("log = jsn\n", ":1:1: 'jsn' is not a value of '--log'"), ("max-head = 5\n", ":1:12: '5' is not a value of '--max-head'"),
                ("listen = tcp://:1\n", ":1:10: '--listen'"), ("target = nowhere\n", ":1:10: '--target'"),
                ("route = /a=ws://h mode=x\n", ":1:24: 'x' is not one of tunnel, inspect"),
                ("[route /a]\ntarget = ws://h\nfault = latenzy(5ms)\n", ":3:9: "), ("[route /a]\n", ":1:8: the route has no target"),
                ("[route /a]\ntarget = ws://h\ndeny = 10.0.0.0/99\n", ":3:8: "), ("[rout /a]\n", ":1:1: unknown section 'rout'"),
                ("connect-timeout = 0s\n", ":1:19: '--connect-timeout' cannot be zero"))
        with folder() as path:
            config = os.path.join(path, "proxy.conf")
            for text, message in rows:
                with self.subTest(text=text):
                    with open(config, "w", encoding="utf-8") as file:
                        file.write(text)
                    code, _, errors = run_proxy("--config", config)
                    self.assertEqual(code, 2)
                    self.assertIn(config + message, errors)
                    self.assertIn(" ^", errors)

    def test_a_route_with_everything(self):
        with folder() as path, Echo() as echo:
            config = os.path.join(path, "proxy.conf")
            with open(config, "w", encoding="utf-8") as file:
                file.write(f"# the shop\nmax-message = 1MiB\n\n[route /chat/]\ntarget = {echo.url[:-1]}/\nmode = inspect\n"
                           "http = refuse\nhost = rewrite\nforwarded = append\nvia = direct\nallow = 127.0.0.0/8\n"
                           "deny = 10.0.0.0/8\norigin = https://a.example\nbasic = ann:pass word\n"
                           "fault = latency(1ms)\nfault = slice(10B)@downstream\nrewrite = text /cat/ -> \"dog\" @upstream\n"
                           "rewrite = set X-User \"an n\" @upstream\n")
            with Proxy("--config", config) as proxy:
                with TunnelWire(proxy, "/chat/x") as wire:
                    self.assertIn(" 401 ", wire.head)
                with TunnelWire(proxy, "/chat/x", "Authorization: Basic YW5uOnBhc3Mgd29yZA==", "Origin: https://a.example") as wire:
                    wire.connection.sendall(frame(1, b"cats"))
                    self.assertEqual(wire.frame(), (0x81, b"dogs"))


if __name__ == "__main__":
    unittest.main()
