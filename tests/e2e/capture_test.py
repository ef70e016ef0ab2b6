"""The capture library against tshark: what it reads, in every format, and what it writes, in every mode."""
import asyncio
import os
import shutil
import socket
import ssl
import subprocess
import tempfile
import threading
import unittest

import websockets

from proxy_process import Proxy
from support import BIN, run, wsrig

SEGMENTS = os.path.join(os.path.dirname(BIN), "tests", "e2e", "segments")
FIELDS = ["frame.number", "frame.time_epoch", "ip.src", "tcp.srcport", "ip.dst", "tcp.dstport", "tcp.seq_raw",
          "tcp.ack_raw", "tcp.flags", "tcp.window_size_value", "tcp.len"]
# Ports that tshark knows nothing of, so that nothing but TCP and WebSocket is seen in them.
TSHARK = ["tshark", "-n", "--disable-protocol", "tls"]


def tshark(file, *arguments):
    """What tshark prints; it says nothing of files that please it but that it may be root."""
    result = run(*TSHARK, "-r", file, *arguments, check=0)
    complaints = [line for line in result.stderr.splitlines() if line and not line.startswith("Running as user")]
    if complaints:
        raise AssertionError("\n".join(complaints))
    return result.stdout


def segments_by_tshark(file):
    arguments = [argument for field in FIELDS for argument in ("-e", field)]
    lines = tshark(file, "-Y", "tcp", "-T", "fields", *arguments).splitlines()
    rows = [line.split("\t") for line in lines]
    for row in rows:
        row[8] = str(int(row[8], 16) & 0xff)
    return rows


def segments_by_us(file):
    return [line.split("\t") for line in run(SEGMENTS, file, check=0).stdout.splitlines()]


class Folder(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="wsrig-capture-")
        self.addCleanup(shutil.rmtree, self.folder)

    def path(self, name):
        return os.path.join(self.folder, name)


def converse():
    """A small TCP conversation on the loopback interface, octets both ways."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        with socket.create_connection(listener.getsockname()) as client, listener.accept()[0] as server:
            client.sendall(b"x" * 5000)
            received = 0
            while received < 5000:
                received += len(server.recv(65536))
            server.sendall(b"y" * 70000)
            received = 0
            while received < 70000:
                received += len(client.recv(65536))


class Reading(Folder):
    def live_capture(self):
        """Twelve packets of a conversation by tcpdump, or None where capturing is not permitted. tcpdump ends by
        itself when it has them."""
        file = self.path("live.pcap")
        # As root it would write the file as another user, who may not.
        stay = ["-Z", "root"] if os.geteuid() == 0 else []
        capturing = subprocess.Popen(["tcpdump", *stay, "-i", "lo", "-n", "--immediate-mode", "-c", "12", "-w", file,
                                      "ip and tcp"], stderr=subprocess.PIPE, text=True)
        line = capturing.stderr.readline()
        while line and "listening on" not in line:
            line = capturing.stderr.readline()
        if not line:
            capturing.wait()
            capturing.stderr.close()
            return None
        while capturing.poll() is None:
            converse()
        capturing.stderr.close()
        return file if capturing.returncode == 0 else None

    def made_capture(self):
        """What the proxy records of a conversation through it."""
        file = self.path("made.pcapng")
        with Proxy("--route", "/=ws://127.0.0.1:1/", "--record", file) as proxy:
            with proxy.connect() as connection:
                connection.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
                while connection.recv(4096):
                    pass
        return file

    def assert_same_segments(self, file):
        expected = segments_by_tshark(file)
        self.assertGreater(len(expected), 5)
        self.assertEqual(segments_by_us(file), expected)

    def test_segments_are_those_that_tshark_sees_in_every_format(self):
        file = self.live_capture() or self.made_capture()
        self.assert_same_segments(file)
        for kind in ("pcap", "nsecpcap", "pcapng", "modpcap"):
            converted = self.path(kind)
            run("editcap", "-F", kind, file, converted, check=0)
            self.assert_same_segments(converted)
        truncated = self.path("truncated")
        run("editcap", "-s", "80", file, truncated, check=0)
        self.assert_same_segments(truncated)

    def test_a_cut_file_gives_what_stands_before_the_cut(self):
        file = self.made_capture()
        expected = segments_by_us(file)
        with open(file, "rb") as whole:
            octets = whole.read()
        with open(self.path("cut"), "wb") as cut:
            cut.write(octets[:-10])
        result = run(SEGMENTS, self.path("cut"), check=0)
        self.assertEqual([line.split("\t") for line in result.stdout.splitlines()], expected[:-1])
        self.assertIn("the file ends inside of a block", result.stderr)


class EchoServer:
    """python3-websockets on a port of its own."""

    def __enter__(self):
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._thread.start()
        self._server = asyncio.run_coroutine_threadsafe(self._serve(), self._loop).result(60)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def _serve(self):
        async def echo(connection):
            async for message in connection:
                await connection.send(message)
        return await websockets.serve(echo, "127.0.0.1", 0)

    async def _close(self):
        self._server.close()
        await self._server.wait_closed()

    def __exit__(self, *_):
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result(60)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


class Recording(Folder):
    def assert_sound(self, file):
        """tshark finds nothing malformed, no wrong checksum, and nothing odd about TCP."""
        odd = ("_ws.malformed || tcp.checksum.status == \"Bad\" || ip.checksum.status == \"Bad\" || "
               "tcp.analysis.flags")
        self.assertEqual(tshark(file, "-o", "tcp.check_checksum:TRUE", "-o", "ip.check_checksum:TRUE", "-Y", odd), "")

    def exchange(self, url, context=None):
        async def talk():
            async with websockets.connect(url, ssl=context, compression=None) as connection:
                for message in ("first", "x" * 3000, "last"):
                    await connection.send(message)
                    self.assertEqual(await connection.recv(), message)
        asyncio.run(talk())

    def texts(self, file, port):
        """Text that tshark sees on the side of the proxy that has this port."""
        shown = tshark(file, "-d", f"tcp.port=={port},http", "-Y", f"tcp.port=={port} && websocket.payload.text",
                       "-T", "fields", "-e", "websocket.payload.text")
        return [text for line in shown.splitlines() for text in line.split(",")]

    def test_a_recorded_tunnel_is_read_by_tshark_on_both_sides(self):
        for mode in ("tunnel", "inspect"):
            with self.subTest(mode), EchoServer() as echo:
                file = self.path(mode)
                with Proxy("--route", f"/=ws://127.0.0.1:{echo.port}/ mode={mode}", "--record", file) as proxy:
                    self.exchange(proxy.url)
                self.assert_sound(file)
                expected = [text for message in ("first", "x" * 3000, "last") for text in (message, message)]
                self.assertEqual(self.texts(file, proxy.port), expected)
                self.assertEqual(self.texts(file, echo.port), expected)

    def test_a_recording_over_TLS_is_decrypted(self):
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        with EchoServer() as echo:
            file = self.path("tls")
            with Proxy("--route", f"/=ws://127.0.0.1:{echo.port}/", "--record", file,
                       listen=("wss://127.0.0.1:0",)) as proxy:
                self.exchange(proxy.url, context)
            self.assert_sound(file)
            self.assertEqual(self.texts(file, proxy.port)[0], "first")

    def test_a_bridge_is_recorded_too(self):
        with socket.create_server(("127.0.0.1", 0)) as listener:
            target = listener.getsockname()[1]
            file = self.path("bridge")
            with Proxy("--route", f"/=tcp://127.0.0.1:{target}", "--record", file) as proxy:
                async def talk():
                    async with websockets.connect(proxy.url, compression=None) as connection:
                        await connection.send(b"question")
                        backend = await asyncio.get_running_loop().run_in_executor(None, lambda: listener.accept()[0])
                        with backend:
                            self.assertEqual(backend.recv(100), b"question")
                            backend.sendall(b"answer")
                            self.assertEqual(await connection.recv(), b"answer")
                asyncio.run(talk())
            self.assert_sound(file)
            payloads = tshark(file, "-Y", f"tcp.port=={target} && tcp.len > 0", "-T", "fields", "-e", "tcp.payload")
            self.assertEqual([bytes.fromhex(line) for line in payloads.split()], [b"question", b"answer"])

    def test_a_file_that_cannot_be_written_is_said_at_once(self):
        result = run(os.path.join(BIN, "wsrig-proxy"), "--listen", "ws://127.0.0.1:0", "--route", "/=ws://127.0.0.1:1/",
                     "--record", "/nowhere/file.pcapng", check=3)
        self.assertIn("cannot write /nowhere/file.pcapng: No such file or directory", result.stderr)

    def test_the_capture_of_a_failed_case_is_sound(self):
        scenario = self.path("own.yaml")
        with open(scenario, "w", encoding="utf-8") as file:
            file.write('wsrig: 1\nsuite: own\ncases:\n  - id: bad\n    must: RFC 6455 §5.6\n    about: It fails.\n'
                       '    steps: |\n      > text "sent"\n      < text "expected"\n')
        wsrig("run", scenario, "--artifacts", self.path("artifacts"), check=1)
        file = self.path("artifacts/own_bad.pcapng")
        self.assert_sound(file)
        port = tshark(file, "-T", "fields", "-e", "tcp.dstport", "-c", "1").strip()
        self.assertIn("sent", self.texts(file, port))


if __name__ == "__main__":
    unittest.main()
