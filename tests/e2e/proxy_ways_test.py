"""What wsrig-proxy meets on its ways: gates, other proxies, the environment, bad configurations, real services."""

import base64
import json
import os
import shutil
import socket
import struct
import subprocess
import tempfile
import time
import unittest

import support
from echo_process import Echo
from proxy_process import Backend, Proxy, run_proxy, upgrade
from wire import BridgeWire, TunnelWire, read_head, request


class Gates(unittest.TestCase):
    def test_addresses_origins_and_credentials(self):
        token = base64.b64encode(b"ann:s3cret").decode()
        rows = [("deny=127.0.0.0/8", (), "403"), ("allow=10.0.0.0/8", (), "403"), ("allow=127.0.0.1", (), "101"),
                ("origin=https://a.example", ("Origin: https://b.example",), "403"),
                ("origin=https://a.example", ("Origin: https://a.example",), "101"), ("basic=ann:s3cret", (), "401"),
                ("basic=ann:s3cret", (f"Authorization: Basic {token}",), "101"),
                ("bearer=abc", ("Authorization: Bearer abd",), "401"), ("bearer=abc", ("Authorization: Bearer abc",), "101")]
        with Echo() as echo:
            for words, fields, status in rows:
                with self.subTest(words=words), Proxy("--route", f"/={echo.url[:-1]} {words}") as proxy:
                    with TunnelWire(proxy, "/", *fields) as wire:
                        self.assertIn(f" {status} ", wire.head)

    def test_limits_on_connections(self):
        with Echo() as echo:
            with Proxy("--target", echo.url, "--max-connections", "1") as proxy, TunnelWire(proxy):
                with TunnelWire(proxy) as wire:
                    self.assertIn(" 503 ", wire.head)
                    self.assertIn("Retry-After", wire.head)
            with Proxy("--target", echo.url, "--max-rate", "2") as proxy:
                heads = []
                for _ in range(3):
                    with TunnelWire(proxy) as wire:
                        heads.append(wire.head.split()[1])
                self.assertEqual(heads, ["101", "101", "503"])

    def test_a_slow_request_gets_408(self):
        with Echo() as echo, Proxy("--target", echo.url, "--request-timeout", "200ms") as proxy:
            with TunnelWire(proxy, head=b"GET / HTTP/1.1\r\n") as wire:
                self.assertIn(" 408 ", wire.head)


class Faults(unittest.TestCase):
    def test_octets_and_frames(self):
        with Echo() as echo:
            with Proxy("--target", echo.url, "--fault", "latency(300ms)@downstream") as proxy, TunnelWire(proxy) as wire:
                begun = time.monotonic()
                wire.send(1, b"x")
                self.assertEqual(wire.frame(), (0x81, b"x"))
                self.assertGreaterEqual(time.monotonic() - begun, 0.3)
            with Proxy("--target", echo.url, "--mode", "inspect", "--fault", "drop-pongs@downstream") as proxy:
                with TunnelWire(proxy) as wire:
                    wire.send(9, b"lost")
                    wire.send(1, b"x")
                    self.assertEqual(wire.frame(), (0x81, b"x"))

    def test_a_frame_fault_needs_mode_inspect(self):
        code, _, errors = run_proxy("--target", "ws://127.0.0.1:1", "--fault", "drop-pongs")
        self.assertEqual(code, 2)
        self.assertIn("needs mode inspect", errors)


class OtherProxies(unittest.TestCase):
    def test_socks5_and_connect(self):
        for program, scheme in (("microsocks", "socks5"), ("tinyproxy", "http")):
            path = shutil.which(program)
            self.assertTrue(path, f"{program} is not installed: ci/setup test")
            port = support.free_port()
            with tempfile.NamedTemporaryFile("w") as config, Echo() as echo:
                config.write(f"Port {port}\nListen 127.0.0.1\nTimeout 60\nMaxClients 10\n")
                config.flush()
                command = [path, "-d", "-c", config.name] if program == "tinyproxy" else [path, "-i", "127.0.0.1", "-p", str(port)]
                with support.process(command, stderr=subprocess.DEVNULL):
                    support.wait_for_port(port)
                    via = f"{scheme}://127.0.0.1:{port}"
                    with Proxy("--route", f"/={echo.url[:-1]} via={via}") as proxy, TunnelWire(proxy) as wire:
                        wire.send(1, b"x")
                        self.assertEqual(wire.frame(), (0x81, b"x"))
                    with Proxy("--target", echo.url, environment={"SOCKS_PROXY" if scheme == "socks5" else "HTTP_PROXY": via,
                                                                  "NO_PROXY": ""}) as proxy, TunnelWire(proxy) as wire:
                        self.assertIn(" 101 ", wire.head)
                    with Proxy("--target", f"ws://127.0.0.1:{support.free_port()}", "--via", via) as proxy, TunnelWire(proxy) as wire:
                        self.assertIn(" 502 ", wire.head)

    def test_the_environment_alone(self):
        port = support.free_port()
        with Echo() as echo:
            environment = {**os.environ, "UPSTREAM_HOST": f"127.0.0.1:{echo.port}", "LISTEN_PORT": str(port)}
            with support.process([support.program("wsrig-proxy")], env=environment, stderr=subprocess.DEVNULL) as child:
                child.stdout.readline()
                with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
                    connection.sendall(request())
                    self.assertIn(" 101 ", read_head(connection)[0])


class Configuration(unittest.TestCase):
    def test_mistakes_are_pointed_at(self):
        code, _, errors = run_proxy("--route", "/a=ws://h:1 mode=inspct")
        self.assertEqual(code, 2)
        self.assertIn("^~~~~~", errors)
        with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
            file.write('{\n "chat": {"host": "h", "port": "x"}\n}')
            file.flush()
            code, _, errors = run_proxy("--map", file.name)
            self.assertEqual(code, 2)
            self.assertIn(f"{file.name}:2:2: 'chat' needs a whole number from 1 to 65535", errors)

    def test_a_port_that_is_taken(self):
        with Echo() as echo:
            code, _, errors = run_proxy("--listen", f"ws://127.0.0.1:{echo.port}", "--target", echo.url)
            self.assertEqual(code, 3)
            self.assertIn("in use", errors)

    def test_a_json_map(self):
        with Backend(lambda connection: (upgrade(connection), connection.recv(1))) as backend:
            with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
                file.write('{"chat": {"host": "127.0.0.1", "port": "%d"}}' % backend.port)
                file.flush()
                with Proxy("--map", file.name) as proxy:
                    for target, status in (("/chat", "101"), ("/chat/room?x", "101"), ("/chatter", "404"), ("/", "404")):
                        with TunnelWire(proxy, target) as wire:
                            self.assertIn(f" {status} ", wire.head, target)


class Targets(unittest.TestCase):
    def test_a_unix_socket(self):
        with tempfile.TemporaryDirectory() as folder, socket.socket(socket.AF_UNIX) as listener:
            path = os.path.join(folder, "service")
            listener.bind(path)
            listener.listen()
            with Proxy("--target", f"unix:{path}") as proxy, BridgeWire(proxy) as wire:
                connection, _ = listener.accept()
                with connection:
                    connection.sendall(b"hello")
                    self.assertEqual(wire.message_octets(5), b"hello")
                self.assertEqual(wire.close_code(), 1000)

    def test_tokens(self):
        with Echo(listen=("tcp://127.0.0.1:0",)) as echo, tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "tokens")

            def write(text):
                with open(path + ".new", "w", encoding="utf-8") as file:
                    file.write(text)
                os.replace(path + ".new", path)

            def status(proxy, target):
                with TunnelWire(proxy, target) as wire:
                    return wire.head.split()[1]

            write(f"# name: target\nvm-1: 127.0.0.1:{echo.port}\n")
            with Proxy("--target", f"tokens:{path}") as proxy:
                for target, expected in (("/?token=vm-1", "101"), ("/?a=b&token=vm-1", "101"), ("/?token=vm-2", "404"),
                                         ("/", "404"), ("/?token=", "404"), (f"/?token=127.0.0.1:{echo.port}", "404"),
                                         ("/?xtoken=vm-1", "404"), ("/?token=../vm-1", "404")):
                    self.assertEqual(status(proxy, target), expected, target)
                write(f"vm-2: 127.0.0.1:{echo.port}\n")
                self.assertEqual(status(proxy, "/?token=vm-1"), "404")
                self.assertEqual(status(proxy, "/?token=vm-2"), "101")
                write("nonsense\n")
                self.assertEqual(status(proxy, "/?token=vm-2"), "404")
            code, _, errors = run_proxy("--target", f"tokens:{path}")
            self.assertEqual(code, 2)
            self.assertIn(f"{path}:1:1: a line is 'name: host:port'", errors)


class Suite(unittest.TestCase):
    def test_the_standard_suite_gives_the_same_verdicts_as_direct(self):
        def verdicts(url):
            with tempfile.TemporaryDirectory() as folder:
                path = os.path.join(folder, "report.json")
                support.wsrig("test", url, "--tag", "!large", "--tag", "!many", f"--json={path}")
                with open(path, encoding="utf-8") as report:
                    return {case["id"]: case["grade"] for case in json.load(report)["cases"]}

        with Echo() as echo:
            direct = verdicts(echo.url)
            self.assertGreater(len(direct), 100)
            for mode in ("tunnel", "inspect"):
                with Proxy("--target", echo.url, "--mode", mode) as proxy:
                    self.assertEqual(verdicts(proxy.url), direct)


class Services(unittest.TestCase):
    def test_redis(self):
        server = shutil.which("redis-server")
        self.assertTrue(server, "redis-server is not installed: ci/setup test")
        port = support.free_port()
        command = [server, "--port", str(port), "--save", "", "--appendonly", "no", "--bind", "127.0.0.1"]
        with tempfile.TemporaryDirectory() as folder, support.process(command, cwd=folder):
            support.wait_for_port(port)
            with Proxy("--target", f"127.0.0.1:{port}") as proxy, BridgeWire(proxy, "Sec-WebSocket-Protocol: binary") as wire:
                value = b"v" * 1_000_000
                wire.send(2, b"*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$1000000\r\n", fin=False)
                wire.send(0, value + b"\r\n")
                self.assertEqual(wire.message_octets(5), b"+OK\r\n")
                wire.send(1, b"GET k\r\n")
                self.assertEqual(wire.message_octets(1_000_012), b"$1000000\r\n" + value + b"\r\n")
                wire.send(1, b"QUIT\r\n")
                self.assertEqual(wire.message_octets(5), b"+OK\r\n")
                self.assertEqual(wire.close_code(), 1000)

    def test_vnc(self):
        """RFB 3.8 (RFC 6143) as a browser's client speaks it, up to the first picture."""
        server = shutil.which("Xtigervnc")
        self.assertTrue(server, "tigervnc-standalone-server is not installed: ci/setup test")
        ready, tell = os.pipe()
        with support.folder() as folder, os.fdopen(ready, "rb", buffering=0) as display:
            path = os.path.join(folder, "vnc")
            command = [server, "-displayfd", str(tell), "-rfbport", "-1", "-rfbunixpath", path, "-SecurityTypes", "None",
                       "-geometry", "64x48", "-depth", "24", "-nolisten", "tcp", "-noreset"]
            with support.process(command, pass_fds=[tell], stderr=subprocess.DEVNULL):
                os.close(tell)
                self.assertTrue(display.read(1), "Xtigervnc did not start")
                with Proxy("--target", f"unix:{path}") as proxy, BridgeWire(proxy, "Sec-WebSocket-Protocol: binary") as wire:
                    octets = bytearray()

                    def take(size):
                        while len(octets) < size:
                            octets.extend(wire.message_octets(1))
                        taken = bytes(octets[:size])
                        del octets[:size]
                        return taken

                    self.assertEqual(take(12), b"RFB 003.008\n")
                    wire.send(2, b"RFB 003.008\n")
                    self.assertEqual(take(2), b"\1\1")  # one security type: none
                    wire.send(2, b"\1")
                    self.assertEqual(take(4), b"\0\0\0\0")
                    wire.send(2, b"\1")
                    width, height, name_size = struct.unpack("!HH16xI", take(24))
                    self.assertEqual((width, height), (64, 48))
                    take(name_size)
                    wire.send(2, struct.pack("!BBHHHH", 3, 0, 0, 0, width, height))
                    self.assertEqual(take(4), b"\0\0\0\1")  # an update, with one rectangle
                    self.assertEqual(len(take(12 + width * height * 4)), 12 + width * height * 4)

    def test_ssh(self):
        server = shutil.which("sshd", path="/usr/sbin:" + os.environ["PATH"])
        self.assertTrue(server, "openssh-server is not installed: ci/setup test")
        port = support.free_port()
        with tempfile.TemporaryDirectory() as folder:
            key = os.path.join(folder, "key")
            subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key], check=True)
            os.makedirs("/run/sshd", exist_ok=True)
            command = [server, "-D", "-f", "/dev/null", "-h", key, "-p", str(port), "-o", "ListenAddress=127.0.0.1",
                       "-o", "PidFile=none"]
            with support.process(command, stderr=subprocess.DEVNULL):
                support.wait_for_port(port)
                with Proxy("--target", f"127.0.0.1:{port}") as proxy, BridgeWire(proxy) as wire:
                    wire.send(2, b"SSH-2.0-test\r\n")
                    first, banner = wire.frame()
                    self.assertTrue(banner.startswith(b"SSH-2.0-OpenSSH"), (first, banner))


if __name__ == "__main__":
    unittest.main()
