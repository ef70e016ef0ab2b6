"""The control endpoint of wsrig-proxy, faults that change while a tunnel runs, and rewriting."""

import asyncio
import json
import re
import tempfile
import unittest
import urllib.error
import urllib.request

import websockets
from websockets.extensions.permessage_deflate import ClientPerMessageDeflateFactory

from echo_process import Echo
from proxy_process import Backend, Proxy, run_proxy, upgrade
from support import eventually
from wire import TunnelWire


class Control:
    """A client of the control endpoint whose address stands in the log."""

    def __init__(self, proxy):
        found = eventually(lambda: re.search(r'control address="?([\d.:]+)', proxy.log()), within=20)
        self.url = "http://" + found[1]

    def ask(self, method, path, body=None, headers=None):
        """(status, text)"""
        data = None if body is None else json.dumps(body).encode()
        asked = urllib.request.Request(self.url + path, data=data, method=method, headers=headers or {})
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(asked, timeout=20) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode()


class ControlEndpoint(unittest.TestCase):
    def test_health_and_metrics(self):
        with Echo() as echo, Proxy("--target", echo.url, "--control", "127.0.0.1:0") as proxy:
            control = Control(proxy)
            self.assertEqual(control.ask("GET", "/healthz"), (200, "ok\n"))
            with TunnelWire(proxy) as wire:
                self.assertIn(" 101 ", wire.head)
                wire.send(1, b"Hello")
                self.assertEqual(wire.frame(), (0x81, b"Hello"))
                metrics = control.ask("GET", "/metrics")[1]
                for line in ("tunnels 1", 'bytes_total{direction="upstream"} 11', 'bytes_total{direction="downstream"} 7',
                             'frames_total{direction="upstream"} 1'):
                    self.assertIn(f"\nwsrig_proxy_{line}\n", metrics)
            self.assertEqual(control.ask("GET", "/")[0], 404)
            self.assertEqual(control.ask("DELETE", "/faults", headers={"Origin": "http://example.com"})[0], 403)

    def test_faults_of_frames_change_while_a_tunnel_runs(self):
        with Echo() as echo, Proxy("--target", echo.url, "--mode", "inspect", "--control", "127.0.0.1:0") as proxy:
            control = Control(proxy)
            with TunnelWire(proxy) as wire:
                wire.send(9, b"one")
                self.assertEqual(wire.frame(), (0x8a, b"one"))
                status, text = control.ask("PUT", "/faults", {"faults": ["drop-pongs@downstream"]})
                self.assertEqual(status, 200, text)
                self.assertEqual(json.loads(text)["routes"][0]["faults"], ["drop-pongs@downstream"])
                wire.send(9, b"lost")
                wire.send(1, b"text")
                self.assertEqual(wire.frame(), (0x81, b"text"))
                self.assertEqual(control.ask("DELETE", "/faults")[0], 200)
                wire.send(9, b"three")
                self.assertEqual(wire.frame(), (0x8a, b"three"))

    def test_faults_of_octets_strike_a_running_tunnel(self):
        with Echo() as echo, Proxy("--target", echo.url, "--control", "127.0.0.1:0") as proxy:
            with TunnelWire(proxy) as wire:
                wire.send(9, b"one")
                self.assertEqual(wire.frame(), (0x8a, b"one"))
                Control(proxy).ask("PUT", "/faults", {"route": "/", "faults": ["cut(octets=3B)@downstream"]})
                wire.send(1, b"Hello")
                self.assertEqual(wire.rest(), b"\x81\x05H")

    def test_what_is_set_outlives_a_reload(self):
        with Echo() as echo, tempfile.NamedTemporaryFile("w") as file:
            file.write(f"route = /={echo.url[:-1]}\ncontrol = 127.0.0.1:0\n")
            file.flush()
            with Proxy("--config", file.name) as proxy:
                control = Control(proxy)
                control.ask("PUT", "/faults", {"faults": ["slice(2B)"]})
                file.write(f"route = /other={echo.url[:-1]}/other\n")
                file.flush()
                proxy.reload()
                routes = json.loads(control.ask("GET", "/faults")[1])["routes"]
                self.assertEqual({route["route"]: route["faults"] for route in routes}, {"/": ["slice(2B)"], "/other": []})

    def test_a_mistake_is_told(self):
        with Echo() as echo, Proxy("--target", echo.url, "--control", "127.0.0.1:0") as proxy:
            control = Control(proxy)
            status, text = control.ask("PUT", "/faults", {"faults": ["latenzy(5ms)"]})
            self.assertEqual(status, 400)
            self.assertIn("did you mean 'latency'?", text)
            self.assertEqual(control.ask("PUT", "/faults", {"faults": ["drop-pongs"]})[0], 400)

    def test_it_is_for_this_machine_only(self):
        code, _, errors = run_proxy("--target", "ws://127.0.0.1:1", "--control", "0.0.0.0:9090")
        self.assertEqual(code, 2)
        self.assertIn("no address of this machine alone", errors)


class Rewriting(unittest.TestCase):
    def test_fields_of_the_handshake(self):
        heads = []

        def backend_side(connection):
            heads.append(upgrade(connection, "X-Secret: 1")[0])
            connection.recv(1)

        with Backend(backend_side) as backend:
            rules = ("--rewrite", 'set X-User "ann" @upstream', "--rewrite", "remove X-Secret @downstream")
            with Proxy("--target", backend.url, *rules) as proxy, TunnelWire(proxy, "/", "X-User: bob") as wire:
                self.assertNotIn("X-Secret", wire.head)
            self.assertIn("\r\nX-User: ann\r\n", heads[0] + "\r\n")
            self.assertNotIn("bob", heads[0])

    def test_messages(self):
        with Echo() as echo, tempfile.NamedTemporaryFile("w") as file:
            file.write('# pets\ntext /(c)at/ -> "$1ow" @upstream\n\nbinary hex(00) -> hex(01 02) @downstream\n')
            file.flush()
            with Proxy("--route", f"/={echo.url[:-1]} mode=inspect rewrite-file={file.name}") as proxy:
                with TunnelWire(proxy) as wire:
                    wire.send(1, b"one cat, two cats")
                    self.assertEqual(wire.frame(), (0x81, b"one cow, two cows"))
                    wire.send(2, b"a\0b")
                    self.assertEqual(wire.frame(), (0x82, b"a\1\2b"))

    def test_compressed_messages(self):
        """Between two peers that compress, with and without their windows taken over."""
        async def talk(url, offer):
            async with websockets.connect(url, compression=None, extensions=[offer], max_size=None) as peer:
                self.assertEqual(len(peer.extensions), 1)
                for _ in range(3):
                    await peer.send("one cat, two cats")
                    self.assertEqual(await peer.recv(), "one cow, two cows")
                    await peer.send(["frag", "ment ", "cat"])
                    self.assertEqual(await peer.recv(), "fragment cow")
                    long = "cat " * 100_000
                    await peer.send(long)
                    self.assertEqual(await peer.recv(), long.replace("cat", "cow"))

        rules = ("--rewrite", 'text /(c)at/ -> "$1ow" @upstream', "--rewrite", 'text /never/ -> "x" @downstream')
        with Echo() as echo, Proxy("--target", echo.url, "--mode", "inspect", *rules) as proxy:
            for takeover in (True, False):
                offer = ClientPerMessageDeflateFactory(server_no_context_takeover=not takeover,
                                                       client_no_context_takeover=not takeover)
                asyncio.run(talk(proxy.url, offer))

    def test_messages_need_mode_inspect(self):
        code, _, errors = run_proxy("--target", "ws://127.0.0.1:1", "--rewrite", 'text /a/ -> "b"')
        self.assertEqual(code, 2)
        self.assertIn("needs mode inspect", errors)
        code, _, errors = run_proxy("--target", "ws://127.0.0.1:1", "--rewrite", "remvoe X")
        self.assertEqual(code, 2)
        self.assertIn("unknown rule 'remvoe'", errors)


if __name__ == "__main__":
    unittest.main()
