"""wsrig-pcap against what was truly sent: by python3-websockets, `ws` from npm and our own programs, over ws and wss, with
and without compression; the same captures damaged; and a capture replayed as a scenario."""
import asyncio
import base64
import gzip
import json
import os
import random
import shutil
import ssl
import subprocess
import unittest
import urllib.parse

import websockets
from websockets.extensions.permessage_deflate import ClientPerMessageDeflateFactory as Deflate

import capture_relay
import support

SIZES = (0, 1, 125, 126, 3000, 65535, 65536)
OFFERS = {
    "plain": None,
    "deflate": [Deflate()],
    "no takeover": [Deflate(server_no_context_takeover=True, client_no_context_takeover=True)],
    "small windows": [Deflate(server_max_window_bits=9, client_max_window_bits=10)],
}


def pcap(*arguments, check=0):
    return support.run(support.program("wsrig-pcap"), *arguments, check=check)


def records(path, *arguments, check=0):
    lines = pcap("--jsonl", "--payload", "1MiB", path, *arguments, check=check).stdout.splitlines()
    return [json.loads(line) for line in lines]


def of_type(found, kind):
    return [record for record in found if record["type"] == kind]


def payload_of(message):
    if "base64" in message:
        return base64.b64decode(message["base64"])
    text = message.get("text", "")
    return text if message["opcode"] == "text" else text.encode()


def messages(found, sender):
    return [payload_of(m) for m in of_type(found, "message") if m["from"] == sender]


def talk_of(seed, count=12):
    chance = random.Random(seed)
    out = []
    for number in range(count):
        size = SIZES[number % len(SIZES)]
        out.append(chance.randbytes(size) if number % 2 else "grüße €"[number % 7] * (size // 2) + str(number))
    return out


async def talk(url, sent, **options):
    async with websockets.connect(url, max_size=None, compression=None, **options) as client:
        received = []
        for message in sent:
            await client.send(message)
            received.append(await client.recv())
        await (await client.ping(b"alive"))
    return received


class Sent(unittest.IsolatedAsyncioTestCase):
    def setUp(self):
        self.folder = self.enterContext(support.folder())
        self.path = os.path.join(self.folder, "talk.pcap")

    def relay(self, url):
        return self.enterContext(capture_relay.Relay(urllib.parse.urlsplit(url).port))

    def check(self, sent, received, *arguments):
        found = records(self.path, *arguments)
        self.assertEqual(messages(found, "client"), sent)
        self.assertEqual(messages(found, "server"), received)
        self.assertEqual(of_type(found, "anomaly"), [])
        (end,) = of_type(found, "end")
        self.assertEqual((end["sent"]["client"]["close"]["code"], end["sent"]["server"]["close"]["code"]), (1000, 1000))
        self.assertEqual(end["sent"]["client"]["pongs_to_them"], 1)
        return end

    async def through_relay(self, url, sent, **options):
        relay = self.relay(url)
        address = urllib.parse.urlsplit(url)._replace(netloc=f"127.0.0.1:{relay.port}").geturl()
        received = await talk(address, sent, **options)
        relay.__exit__()
        capture_relay.write_pcap(self.path, relay.packets())
        return received

    async def test_our_echo_server_and_python(self):
        url = self.enterContext(support.echo())
        for name, offer in OFFERS.items():
            with self.subTest(offer=name):
                sent = talk_of(name)
                end = self.check(sent, await self.through_relay(url, sent, extensions=offer))
                self.assertEqual("permessage-deflate" in end.get("extensions", ""), offer is not None)

    async def test_npm_ws_and_python(self):
        url = self.enterContext(support.line_server(support.node_server("ws_echo.js")))
        sent = talk_of("npm")
        self.check(sent, await self.through_relay(url, sent, extensions=OFFERS["deflate"]))

    async def test_wss_with_keys_and_without(self):
        url = self.enterContext(support.echo(listen="wss://127.0.0.1:0"))
        for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
            with self.subTest(version=version.name):
                keys = os.path.join(self.folder, version.name)
                context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
                context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
                context.minimum_version = context.maximum_version = version
                context.keylog_filename = keys
                sent = talk_of(version.name)
                received = await self.through_relay(url, sent, ssl=context, server_hostname="example.com")
                end = self.check(sent, received, "--keylog", keys)
                self.assertTrue(end["tls"].startswith("TLSv1." + version.name[-1]), end["tls"])
                (without,) = of_type(records(self.path), "end")
                self.assertEqual((without["kind"], without["sni"]), ("encrypted", "example.com"))

    async def test_fragments_and_many_connections(self):
        url = self.enterContext(support.echo("--fragment", "100B"))
        relay = self.relay(url)
        sent = {number: [f"{number}: " + "x" * 250, str(number)] for number in range(20)}
        await asyncio.gather(*(talk(f"ws://127.0.0.1:{relay.port}/{number}", sent[number]) for number in sent))
        relay.__exit__()
        capture_relay.write_pcap(self.path, relay.packets())
        found = records(self.path)
        paths = {record["stream"]: record["path"] for record in of_type(found, "connection")}
        self.assertEqual(sorted(paths.values()), sorted(f"/{number}" for number in sent))
        for stream, path in paths.items():
            echoed = [m for m in of_type(found, "message") if m["stream"] == stream and m["from"] == "server"]
            self.assertEqual([m["text"] for m in echoed], sent[int(path[1:])])
            self.assertEqual([m.get("frames", 1) for m in echoed], [3, 1])

    async def test_scenario_is_replayed_green(self):
        url = self.enterContext(support.echo("--subprotocol", "chat"))
        sent = ["Grüße", "${not} a \"variable\"\n", b"\x00\xff" * 40, "", "x" * 5000]
        await self.through_relay(url, sent, extensions=OFFERS["deflate"], subprotocols=["chat"])
        scenario = os.path.join(self.folder, "replay.yaml")
        pcap("--scenario", self.path, "-o", scenario)
        support.wsrig("check", scenario, check=0)
        document = support.report("run", url, scenario, check=0)
        self.assertEqual([case["grade"] for case in document["cases"]], ["ok"], document)

    async def test_export_write_har_html_csv(self):
        url = self.enterContext(support.echo())
        sent = talk_of("views", 4)
        await self.through_relay(url, sent)
        folder = os.path.join(self.folder, "payloads")
        written = os.path.join(self.folder, "only.pcapng")
        har = json.loads(pcap("--har", self.path, "--export-payloads", folder, "-w", written).stdout)
        (entry,) = har["log"]["entries"]
        self.assertEqual([m["type"] for m in entry["_webSocketMessages"]], ["send", "receive"] * len(sent))
        self.assertEqual(entry["response"]["status"], 101)
        self.assertEqual(len(os.listdir(folder)), 2 * len(sent))
        with open(os.path.join(folder, "000001-client-000002.bin"), "rb") as file:
            self.assertEqual(file.read(), sent[1])
        self.assertEqual(messages(records(written), "client"), sent)
        self.assertIn("<svg", pcap("--html", self.path).stdout)
        rows = pcap("--csv", self.path).stdout.splitlines()
        frames = of_type(records(self.path), "frame")
        self.assertEqual(len(rows), 1 + len(frames))
        self.assertEqual(len(pcap("list", self.path).stdout.splitlines()), 2 + len(frames))
        self.assertIn("ping round trip", pcap("stats", self.path).stdout)
        self.assertIn("the client closed it with close 1000", pcap("why", self.path).stdout)
        self.assertIn("follow", pcap("--help").stdout)


class Damaged(unittest.IsolatedAsyncioTestCase):
    """Frames found and frames invented, in one capture that is damaged in many ways."""

    async def asyncSetUp(self):
        self.folder = self.enterContext(support.folder())
        self.path = os.path.join(self.folder, "damaged.pcap")
        url = self.enterContext(support.echo())
        chance = random.Random(5)
        sent = [json.dumps({"number": n, "text": "x" * chance.randrange(300)}) if n % 3 else chance.randbytes(chance.randrange(3000))
                for n in range(200)]
        with capture_relay.Relay(urllib.parse.urlsplit(url).port) as relay:
            await talk(f"ws://127.0.0.1:{relay.port}/", sent)
        self.packets = relay.packets()
        capture_relay.write_pcap(self.path, self.packets)
        self.truth = self.frames()

    def frames(self):
        return [(f["from"], f["opcode"], f["length"], f.get("mask")) for f in of_type(records(self.path), "frame")]

    def score(self, packets, snap_length=1 << 18):
        """Parts of the true frames that were found, and how many were found that are none."""
        capture_relay.write_pcap(self.path, packets, snap_length)
        left, invented = list(self.truth), 0
        for frame in self.frames():
            if frame in left:
                left.remove(frame)
            else:
                invented += 1
        return 1 - len(left) / len(self.truth), invented

    async def test_scores(self):
        rows = {
            "reordered": (capture_relay.reorder(self.packets, 5), 1.0),
            "repeated": (capture_relay.repeat(self.packets, 3), 1.0),
            "without the handshake": (self.packets[5:], 0.98),
            "from the middle": (self.packets[len(self.packets) // 2:], 0.48),
            "one in fifty lost": (capture_relay.drop(self.packets, 50), 0.90),
            "one in ten lost": (capture_relay.drop(self.packets, 10), 0.60),
        }
        for name, (packets, least) in rows.items():
            with self.subTest(name):
                found, invented = self.score(packets)
                self.assertGreaterEqual(found, least)
                self.assertEqual(invented, 0)

    async def test_snap_length(self):
        found, invented = self.score(self.packets, 80)
        self.assertGreaterEqual(found, 0.95)
        self.assertEqual(invented, 0)

    async def test_a_file_that_ends_early_or_is_none(self):
        with open(self.path, "rb") as file:
            whole = file.read()
        for size in (len(whole) - 3, len(whole) // 2, 30, 24):
            with open(self.path, "wb") as file:
                file.write(whole[:size])
            self.assertIn(pcap(self.path, check=None).returncode, (0, 1))
        for content in (b"", b"hello", os.urandom(1000)):
            with open(self.path, "wb") as file:
                file.write(content)
            result = pcap(self.path, check=3)
            self.assertIn("wsrig-pcap: ", result.stderr)
        self.assertEqual(pcap(self.path + ".missing", check=3).returncode, 3)


class Command(unittest.TestCase):
    """Ways to call it, and its exit codes."""

    def setUp(self):
        self.folder = self.enterContext(support.folder())
        self.path = os.path.join(self.folder, "talk.pcap")
        request = (b"GET /chat HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                   b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n")
        response = (b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                    b"Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n")
        talk = [(True, request), (False, response), (False, b"\x81\x05Hello"), (False, b"\x81\x02\xc3\x28")]
        events = [(1e9 + i, 0, up, octets) for i, (up, octets) in enumerate(talk)]
        capture_relay.write_pcap(self.path, capture_relay.packets_of(events))

    def test_standard_input_gzip_and_the_sibling_command(self):
        expected = pcap("list", self.path).stdout
        self.assertIn('< text "Hello"', expected)
        with open(self.path, "rb") as file:
            self.assertEqual(support.run(support.program("wsrig-pcap"), "list", "-", stdin=file, check=0).stdout, expected)
        with open(self.path, "rb") as plain, gzip.open(self.path + ".gz", "wb") as packed:
            packed.write(plain.read())
        self.assertEqual(pcap(self.path + ".gz", "list").stdout, expected)
        self.assertEqual(support.wsrig("pcap", "list", self.path, check=0).stdout, expected)

    def test_anomalies_can_fail_a_run(self):
        pcap(self.path, "--fail-on", "reserved-bits")
        for anomaly in ("text-not-utf8", "any"):
            pcap(self.path, "--fail-on", anomaly, check=1)
        pcap(self.path, "--fail-on", "any", "--stream", "2")

    def test_selections(self):
        self.assertEqual(len(of_type(records(self.path, "--text", "ell"), "frame")), 1)
        self.assertEqual(len(of_type(records(self.path, "--direction", "client"), "frame")), 0)
        self.assertEqual(of_type(records(self.path, "--path", "/other"), "connection"), [])
        self.assertEqual(len(of_type(records(self.path, "--filter", "tcp port 80"), "frame")), 2)
        self.assertEqual(len(of_type(records(self.path, "--filter", "tcp port 81"), "frame")), 0)

    def test_mistakes_in_the_options(self):
        for arguments in ((), (self.path, "--filter", "tcp prot 80"), (self.path, "--opcode", "txt"), ("follow", self.path)):
            self.assertIn("wsrig-pcap: ", pcap(*arguments, check=2).stderr)


class Live(unittest.IsolatedAsyncioTestCase):
    """What tcpdump captures on the loopback interface, and what tshark says of it."""

    async def test_tcpdump(self):
        tcpdump = shutil.which("tcpdump") or "/usr/sbin/tcpdump"
        folder = self.enterContext(support.folder())
        path = os.path.join(folder, "lo.pcap")
        url = self.enterContext(support.echo())
        port = urllib.parse.urlsplit(url).port
        child = subprocess.Popen([tcpdump, "-i", "lo", "-B", "16384", "-U", "-Z", "root", "-w", path, "tcp", "port", str(port)],
                                 stderr=subprocess.PIPE, text=True)
        try:
            first = child.stderr.readline()
            if "listening" not in first:
                self.skipTest("capturing is not permitted: " + first)
            sent = talk_of("tcpdump")
            received = await talk(url, sent)
            # tcpdump has everything when it has the last packet: the connection's end.
            deadline = asyncio.get_running_loop().time() + support.PATIENCE
            while True:
                found = records(path, check=None) if os.path.getsize(path) > 24 else []
                ends = of_type(found, "end")
                if ends and "server_fin" in ends[0] and "client_fin" in ends[0]:
                    break
                self.assertLess(asyncio.get_running_loop().time(), deadline)
                await asyncio.sleep(0.1)
        finally:
            child.terminate()
            child.wait()
            told = child.stderr.read()
            child.stderr.close()
        if "\n0 packets dropped by kernel" not in told:
            self.skipTest("the kernel dropped packets: " + told)
        self.assertEqual(messages(found, "client"), sent)
        self.assertEqual(messages(found, "server"), received)
        if shutil.which("tshark"):
            fields = support.run("tshark", "-r", path, "-d", f"tcp.port=={port},http", "-o",
                                 "tcp.reassemble_out_of_order:TRUE", "-Y", "websocket", "-T", "fields", "-e",
                                 "websocket.opcode", "-E", "occurrence=a", check=0).stdout
            names = {"1": "text", "2": "binary", "8": "close", "9": "ping", "10": "pong", "0": "cont"}
            theirs = [names[o] for line in fields.splitlines() for o in line.split(",")]
            self.assertEqual(sorted(theirs), sorted(f["opcode"] for f in of_type(found, "frame")))


if __name__ == "__main__":
    unittest.main()
