"""wsrig-echo, both engines, meets clients that others wrote: python3-websockets, and `ws` from npm."""

import asyncio
import json
import os
import random
import shutil
import subprocess
import unittest

import websockets
from echo_process import Echo
from wire import trusting_context
from websockets.extensions.permessage_deflate import ClientPerMessageDeflateFactory as Deflate

SIZES = (0, 1, 125, 126, 127, 65535, 65536, 1 << 20)
OFFERS = {
    "plain": None,
    "deflate": [Deflate()],
    "no takeover": [Deflate(server_no_context_takeover=True, client_no_context_takeover=True)],
    "small windows": [Deflate(server_max_window_bits=9, client_max_window_bits=9)],
}

# Sends what it reads as JSON on standard input, one message after the other, and prints what comes back.
NODE_CLIENT = """
const WebSocket = require('ws');
const { url, options, messages } = JSON.parse(require('fs').readFileSync(0, 'utf8'));
const socket = new WebSocket(url, ['chat'], options);
const received = [];
socket.on('open', () => { socket.ping('alive'); for (const m of messages) socket.send(m.binary ? Buffer.from(m.hex, 'hex') : m.text); });
socket.on('pong', data => received.push({ pong: data.toString() }));
socket.on('message', (data, binary) => {
  received.push(binary ? { hex: data.toString('hex') } : { text: data.toString() });
  if (received.length === messages.length + 1) socket.close(4000, 'enough');
});
socket.on('close', (code, reason) =>
  console.log(JSON.stringify({ received, code, reason: reason.toString(), protocol: socket.protocol, extensions: socket.extensions })));
"""


class Engine(unittest.IsolatedAsyncioTestCase):
    options = ("--engine", "core")

    def setUp(self):
        self.echo = self.enterContext(Echo(*self.options, "--subprotocol", "chat"))

    async def test_messages_of_all_sizes_come_back(self):
        rng = random.Random(6455)
        for name, offer in OFFERS.items():
            with self.subTest(offer=name):
                async with websockets.connect(self.echo.url, extensions=offer, compression=None, max_size=None,
                                              subprotocols=["chat"]) as client:
                    self.assertEqual(client.subprotocol, "chat")
                    self.assertEqual(len(client.extensions), 1 if offer else 0)
                    for size in SIZES:
                        for message in (rng.randbytes(size), "aé€😀"[size % 4] * size):
                            await client.send(message)
                            self.assertEqual(await client.recv(), message)
                self.assertEqual(client.close_code, 1000)

    async def test_fragments_and_pings_between_them(self):
        async with websockets.connect(self.echo.url) as client:
            async def pieces():
                for piece in ("Hel", "", "lo"):
                    yield piece
                    await (await client.ping())
            await client.send(pieces())
            self.assertEqual(await client.recv(), "Hello")

    async def test_many_clients_at_a_time(self):
        async def talk(number):
            async with websockets.connect(self.echo.url) as client:
                for count in range(20):
                    await client.send(f"{number} {count}")
                    self.assertEqual(await client.recv(), f"{number} {count}")
        await asyncio.gather(*(talk(number) for number in range(50)))

    async def test_the_clients_close_code_comes_back(self):
        client = await websockets.connect(self.echo.url)
        await client.close(4321, "enough")
        self.assertEqual((client.close_rcvd.code, client.close_sent.code), (4321, 4321))

    @unittest.skipUnless(shutil.which("node") and os.environ.get("WSRIG_NODE_MODULES"), "no node, or no ws from npm")
    def test_ws_from_npm(self):
        messages = [{"text": "Grüße"}, {"binary": True, "hex": "00ff" * 40000}, {"text": ""}]
        for options in ({"perMessageDeflate": True}, {"perMessageDeflate": False}):
            with self.subTest(options=options):
                task = json.dumps({"url": self.echo.url, "options": options, "messages": messages})
                done = subprocess.run(["node", "-e", NODE_CLIENT], input=task, capture_output=True, text=True, timeout=60,
                                      env=dict(os.environ, NODE_PATH=os.environ["WSRIG_NODE_MODULES"]))
                self.assertEqual(done.returncode, 0, done.stderr)
                outcome = json.loads(done.stdout)
                echoed = [entry for entry in outcome["received"] if "pong" not in entry]
                self.assertEqual(echoed, [{"hex": m["hex"]} if m.get("binary") else {"text": m["text"]} for m in messages])
                self.assertIn({"pong": "alive"}, outcome["received"])
                self.assertEqual((outcome["code"], outcome["reason"], outcome["protocol"]), (4000, "", "chat"))
                self.assertEqual(bool(outcome["extensions"]), options["perMessageDeflate"])


class BeastEngine(Engine):
    options = ("--engine", "beast")


class FragmentingEngine(Engine):
    options = ("--fragment", "100B")


class Tls(unittest.IsolatedAsyncioTestCase):
    async def test_messages_over_wss(self):
        with Echo(listen=("wss://127.0.0.1:0",)) as echo:
            async with websockets.connect(echo.url, ssl=trusting_context(), max_size=None) as client:
                for size in SIZES:
                    message = random.Random(size).randbytes(size)
                    await client.send(message)
                    self.assertEqual(await client.recv(), message)

    async def test_raw_octets_over_tls(self):
        with Echo(listen=("tls://127.0.0.1:0",)) as echo:
            reader, writer = await asyncio.open_connection("127.0.0.1", echo.port, ssl=trusting_context())
            message = random.Random(1).randbytes(300_000)
            writer.write(message)
            self.assertEqual(await asyncio.wait_for(reader.readexactly(len(message)), 20), message)
            writer.close()
            await writer.wait_closed()


if __name__ == "__main__":
    unittest.main()
