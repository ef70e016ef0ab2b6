"""wsrig-pcap reads TLS: every cipher suite that OpenSSL speaks with our key log, resumption, early data, KeyUpdate,
without encrypt-then-MAC, and with records that are missing or were changed."""
import base64
import hashlib
import json
import os
import re
import socket
import ssl
import subprocess
import threading
import unittest

import capture_relay
import support

REQUEST = (b"GET /tls HTTP/1.1\r\nHost: example.com\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
           b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n")
RESPONSE = (b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Accept: " +
            base64.b64encode(hashlib.sha1(b"dGhlIHNhbXBsZSBub25jZQ==258EAFA5-E914-47DA-95CA-C5AB0DC85B11").digest()) +
            b"\r\n\r\n")
NO_ENCRYPT_THEN_MAC = 1 << 19  # SSL_OP_NO_ENCRYPT_THEN_MAC, which Python's ssl does not name
CBC = ("AES128-SHA", "AES256-SHA", "AES128-SHA256", "ECDHE-RSA-AES128-SHA", "ECDHE-RSA-AES256-SHA384",
       "ECDHE-ECDSA-AES128-SHA256", "DHE-RSA-AES128-SHA256")
AEAD = ("AES128-GCM-SHA256", "ECDHE-RSA-AES128-GCM-SHA256", "ECDHE-RSA-AES256-GCM-SHA384",
        "ECDHE-ECDSA-AES256-GCM-SHA384", "ECDHE-RSA-CHACHA20-POLY1305", "ECDHE-ECDSA-CHACHA20-POLY1305",
        "DHE-RSA-AES256-GCM-SHA384", "DHE-RSA-CHACHA20-POLY1305")


def masked(text):
    key = os.urandom(4)
    octets = text.encode()
    return bytes([0x81, 0x80 | len(octets)]) + key + bytes(o ^ key[i % 4] for i, o in enumerate(octets))


def unmasked(text):
    return bytes([0x81, len(text.encode())]) + text.encode()


class Tls(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = cls.enterClassContext(support.folder())
        for kind, key in (("rsa", ["rsa:2048"]), ("ec", ["ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"])):
            support.run("openssl", "req", "-x509", "-newkey", *key, "-nodes", "-subj", "/CN=example.com", "-days", "2",
                        "-keyout", f"{cls.folder}/{kind}.key", "-out", f"{cls.folder}/{kind}.crt", check=0)
        support.run("openssl", "genpkey", "-genparam", "-algorithm", "DH", "-pkeyopt", "group:ffdhe2048", "-out",
                    f"{cls.folder}/dh.pem", check=0)

    def contexts(self, suite, version=ssl.TLSVersion.TLSv1_2, options=0):
        self.keys = os.path.join(self.folder, self.id() + str(suite))
        client, server = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        client.check_hostname, client.verify_mode = False, ssl.CERT_NONE
        for kind in ("rsa", "ec"):
            server.load_cert_chain(f"{self.folder}/{kind}.crt", f"{self.folder}/{kind}.key")
        server.load_dh_params(f"{self.folder}/dh.pem")
        for context in (client, server):
            context.minimum_version = context.maximum_version = version
            context.options |= options
            if suite:
                context.set_ciphers(suite + ":@SECLEVEL=0")
        client.keylog_filename = self.keys
        client.set_alpn_protocols(["http/1.1"])
        return client, server

    def session(self, client, server, rounds=3, resumed=None, number=0):
        """A conversation through memory: its events for capture_relay, and the client's session."""
        events = []
        outs = {True: ssl.MemoryBIO(), False: ssl.MemoryBIO()}  # by who sends
        ins = {True: ssl.MemoryBIO(), False: ssl.MemoryBIO()}  # by who reads
        ends = {True: client.wrap_bio(ins[True], outs[True], server_hostname="example.com", session=resumed),
                False: server.wrap_bio(ins[False], outs[False], server_side=True)}

        def carry(sender):
            octets = outs[sender].read()
            if octets:
                events.append((1e9 + len(events) / 1000, number, sender, octets))
                ins[not sender].write(octets)

        done = set()
        while len(done) < 2:
            for sender, end in ends.items():
                try:
                    end.do_handshake()
                    done.add(sender)
                except ssl.SSLWantReadError:
                    pass
                carry(sender)
        say = [(True, REQUEST), (False, RESPONSE)]
        for i in range(rounds):
            say += [(True, masked(f"question {i}")), (False, unmasked(f"answer {i}"))]
        for sender, octets in say:
            ends[sender].write(octets)
            carry(sender)
            self.assertEqual(ends[not sender].read(65536), octets)
        return events, ends[True].session, ends[True].session_reused

    def frames(self, events, keys=True):
        path = os.path.join(self.folder, "tls.pcap")
        capture_relay.write_pcap(path, capture_relay.packets_of(events))
        return self.read(path, keys)

    def read(self, path, keys=True):
        lines = support.run(support.program("wsrig-pcap"), "--jsonl", path, *(["--keylog", self.keys] if keys else []),
                            check=0).stdout.splitlines()
        found = [json.loads(line) for line in lines]
        self.ends = [r for r in found if r["type"] == "end"]
        self.anomalies = [r["id"] for r in found if r["type"] == "anomaly"]
        return [r["text"] for r in found if r["type"] == "message"]

    TALK = [text for i in range(3) for text in (f"question {i}", f"answer {i}")]

    def test_every_suite_of_tls12(self):
        for suite in CBC + AEAD:
            for options in (0, NO_ENCRYPT_THEN_MAC) if suite in CBC else (0,):
                with self.subTest(suite=suite, options=options):
                    events, _, _ = self.session(*self.contexts(suite, options=options))
                    self.assertEqual(self.frames(events), self.TALK)
                    (end,) = self.ends
                    self.assertEqual((end["sni"], end["alpn"], end["path"]), ("example.com", "http/1.1", "/tls"))
                    self.assertEqual(self.anomalies, [])

    def test_resumption(self):
        for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
            with self.subTest(version=version):
                client, server = self.contexts(None, version)
                first, session, _ = self.session(client, server)
                second, _, reused = self.session(client, server, resumed=session, number=1)
                self.assertTrue(reused)
                self.assertEqual(self.frames(first + second), self.TALK * 2)

    def test_a_record_that_is_missing(self):
        for suite, version in (("ECDHE-RSA-AES128-GCM-SHA256", ssl.TLSVersion.TLSv1_2),
                               ("ECDHE-RSA-CHACHA20-POLY1305", ssl.TLSVersion.TLSv1_2),
                               ("ECDHE-RSA-AES128-SHA", ssl.TLSVersion.TLSv1_2), (None, ssl.TLSVersion.TLSv1_3)):
            with self.subTest(suite=suite):
                events, _, _ = self.session(*self.contexts(suite, version), rounds=30)
                packets = capture_relay.packets_of(events)
                answers = [i for i, (_, octets) in enumerate(packets) if octets[20:22] == b"\0P" and len(octets) > 40]
                path = os.path.join(self.folder, "hole.pcap")
                lost = answers[-20]
                capture_relay.write_pcap(path, packets[:lost] + packets[lost + 1:])
                texts = self.read(path)
                self.assertEqual([t for t in texts if t.startswith("question")], [f"question {i}" for i in range(30)])
                answered = [t for t in texts if t.startswith("answer")]
                self.assertGreaterEqual(len(answered), 27)
                self.assertEqual(set(answered) - {f"answer {i}" for i in range(30)}, set())

    def test_a_record_that_was_changed(self):
        for suite, options in (("AES128-SHA256", 0), ("AES128-SHA256", NO_ENCRYPT_THEN_MAC), ("AES128-GCM-SHA256", 0)):
            with self.subTest(suite=suite, options=options):
                events, _, _ = self.session(*self.contexts(suite, options=options), rounds=9)
                at = len(events) - 6  # the seventh question
                when, number, sender, octets = events[at]
                events[at] = (when, number, sender, octets[:25] + bytes([octets[25] ^ 1]) + octets[26:])
                texts = self.frames(events)
                self.assertEqual(set(self.anomalies), {"tls-record-damaged", "hole"})
                self.assertEqual([t for t in texts if t.startswith("answer")], [f"answer {i}" for i in range(9)])
                self.assertEqual([t for t in texts if t.startswith("question")], [f"question {i}" for i in range(9) if i != 6])

    def test_wrong_secrets_are_no_secrets(self):
        for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
            events, _, _ = self.session(*self.contexts(None, version))
            with open(self.keys) as file:
                lines = [line.split() for line in file if not line.startswith("#")]
            with open(self.keys, "w") as file:
                file.writelines(f"{label} {random} {'0' * len(secret)}\n" for label, random, secret in lines)
            self.assertEqual(self.frames(events), [])
            self.assertEqual([end["kind"] for end in self.ends], ["encrypted"])

    def test_what_is_written_carries_its_secrets(self):
        first, _, _ = self.session(*self.contexts(None, ssl.TLSVersion.TLSv1_3))
        path, written = (os.path.join(self.folder, name) for name in ("whole.pcap", "written.pcapng"))
        capture_relay.write_pcap(path, capture_relay.packets_of(first))
        support.run(support.program("wsrig-pcap"), path, "--keylog", self.keys, "-w", written, check=0)
        self.assertEqual(self.read(written, keys=False), self.TALK)

    def test_early_data(self):
        """Of a session that is resumed: the request comes before the server has said anything."""
        session, early = (os.path.join(self.folder, name) for name in ("session", "early"))
        self.keys = os.path.join(self.folder, "early.keys")
        with open(early, "wb") as file:
            file.write(REQUEST)
        port = support.free_port()
        server = subprocess.Popen(["openssl", "s_server", "-accept", f"127.0.0.1:{port}", "-early_data", "-tls1_3", "-cert",
                                   f"{self.folder}/rsa.crt", "-key", f"{self.folder}/rsa.key"],
                                  stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.addCleanup(server.wait)
        self.addCleanup(server.stdin.close)
        self.addCleanup(server.stdout.close)
        self.addCleanup(server.terminate)
        self.until(server, b"ACCEPT")
        command = ["openssl", "s_client", "-tls1_3", "-keylogfile", self.keys, "-servername", "example.com"]
        first = subprocess.Popen([*command, "-connect", f"127.0.0.1:{port}", "-sess_out", session], stdin=subprocess.PIPE,
                                 stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.until(first, b"Verify return code")
        self.say(server, b"hello\n")  # behind the tickets
        self.until(first, b"hello")
        first.communicate()
        with capture_relay.Relay(port) as relay:
            again = subprocess.Popen([*command, "-connect", f"127.0.0.1:{relay.port}", "-sess_in", session, "-early_data", early],
                                     stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
            self.until(again, b"Early data was accepted.*Verify return code")
            self.say(server, RESPONSE)
            self.until(again, b"Sec-WebSocket-Accept")
            self.say(again, masked("later"))
            self.until(server, b"End of early data.*\x81")
            self.say(server, unmasked("answer"))
            self.until(again, b"answer")
            again.communicate()
        path = os.path.join(self.folder, "early.pcap")
        capture_relay.write_pcap(path, relay.packets())
        self.assertEqual(self.read(path), ["later", "answer"])
        self.assertEqual(self.ends[0]["path"], "/tls")

    def until(self, child, pattern):
        output = b""
        watch = threading.Timer(support.PATIENCE, child.kill)
        watch.start()
        try:
            while not re.search(pattern, output, re.DOTALL):
                octets = os.read(child.stdout.fileno(), 65536)
                self.assertTrue(octets, output)
                output += octets
        finally:
            watch.cancel()

    @staticmethod
    def say(child, octets):
        child.stdin.write(octets)
        child.stdin.flush()

    def test_without_keys_a_record_with_sni_and_alpn(self):
        for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
            events, _, _ = self.session(*self.contexts(None, version))
            self.assertEqual(self.frames(events, keys=False), [])
            (end,) = self.ends
            self.assertEqual((end["kind"], end["sni"]), ("encrypted", "example.com"))
            self.assertIn("http/1.1", end["alpn"])

    def test_suites_and_key_update_of_tls13_with_openssl(self):
        for suite in ("TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256"):
            with self.subTest(suite=suite):
                self.assertEqual(self.talk_with_s_client(suite), ["question 0", "answer 0", "question 1", "answer 1"])
                self.assertIn(suite, self.ends[0]["tls"])

    def talk_with_s_client(self, suite):
        """s_client updates both sides' keys between two rounds."""
        _, server = self.contexts(None, ssl.TLSVersion.TLSv1_3)
        self.keys = os.path.join(self.folder, suite)
        listener = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(listener.close)

        def serve():
            plain, _ = listener.accept()
            with server.wrap_socket(plain, server_side=True) as tls:
                while not tls.recv(65536).endswith(b"\r\n\r\n"):
                    pass
                tls.sendall(RESPONSE)
                for i in range(2):
                    tls.recv(65536)
                    tls.sendall(unmasked(f"answer {i}"))
                while tls.recv(65536):
                    pass
        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        with capture_relay.Relay(listener.getsockname()[1]) as relay:
            child = subprocess.Popen(["openssl", "s_client", "-connect", f"127.0.0.1:{relay.port}", "-ciphersuites", suite,
                                      "-keylogfile", self.keys, "-servername", "example.com"],
                                     stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
            try:
                self.until(child, b"Verify return code")
                self.say(child, REQUEST)
                self.until(child, b"101 Switching")
                self.say(child, masked("question 0"))
                self.until(child, b"answer 0")
                self.say(child, b"K\n")
                self.until(child, b"KEYUPDATE")
                self.say(child, masked("question 1"))
                self.until(child, b"answer 1")
            finally:
                child.stdin.close()
                child.terminate()
                child.wait()
                child.stdout.close()
            thread.join(20)
        path = os.path.join(self.folder, "openssl.pcap")
        capture_relay.write_pcap(path, relay.packets())
        return self.read(path)


if __name__ == "__main__":
    unittest.main()
