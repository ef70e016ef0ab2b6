#!/usr/bin/env python3
"""Measures wsrig-pcap against a bare libpcap loop and tshark, on captures that it makes itself.

usage: pcap_bench.py BUILD_FOLDER [--size MB] [--rounds N]

Each program has one processor and reads the same file from the page cache, in turns; the median counts.
"""

import argparse
import os
import random
import shutil
import statistics
import struct
import subprocess
import sys
import tempfile
import time
import zlib

REQUEST = (b"GET / HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
           b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n%s\r\n")
RESPONSE = (b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n%s\r\n")
DEFLATE = b"Sec-WebSocket-Extensions: permessage-deflate\r\n"
SEGMENT = 1448


class Capture:
    """Connections as Ethernet frames in a pcap file."""

    def __init__(self, path, limit):
        self.file = open(path, "wb")
        self.file.write(struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 1 << 18, 1))
        self.limit, self.size, self.clock, self.frames = limit, 24, 1_700_000_000_000_000, 0

    def full(self):
        return self.size >= self.limit

    def packet(self, port, up, sequence, acknowledgment, flags, payload=b""):
        source, sink = (port, 80) if up else (80, port)
        hosts = b"\xc0\0\2\1\xc0\0\2\2" if up else b"\xc0\0\2\2\xc0\0\2\1"
        octets = b"".join((b"\2\0\0\0\0\1\2\0\0\0\0\2\x08\0", struct.pack("!BBHHHBBH", 0x45, 0, 40 + len(payload), 0, 0, 64, 6, 0), hosts,
                           struct.pack("!HHIIBBHHH", source, sink, sequence & 0xffffffff, acknowledgment & 0xffffffff, 0x50, flags, 65535, 0, 0), payload))
        self.clock += 10
        self.file.write(struct.pack("<IIII", self.clock // 1_000_000, self.clock % 1_000_000, len(octets), len(octets)) + octets)
        self.size += 16 + len(octets)


class Connection:
    def __init__(self, capture, port, extensions=b""):
        self.capture, self.port, self.next = capture, port, [1, 1]
        capture.packet(port, True, 0, 0, 2)
        capture.packet(port, False, 0, 1, 0x12)
        capture.packet(port, True, 1, 1, 0x10)
        self.send(True, REQUEST % extensions)
        self.send(False, RESPONSE % extensions)

    def send(self, up, octets):
        me, peer = (0, 1) if up else (1, 0)
        for at in range(0, len(octets), SEGMENT):
            piece = octets[at:at + SEGMENT]
            self.capture.packet(self.port, up, self.next[me], self.next[peer], 0x18, piece)
            self.next[me] += len(piece)

    def end(self):
        self.capture.packet(self.port, True, self.next[0], self.next[1], 0x11)
        self.capture.packet(self.port, False, self.next[1], self.next[0] + 1, 0x11)


def frame(chance, up, payload, first=0x81):
    mask = 0x80 if up else 0
    length = len(payload)
    head = bytes([first, mask | length]) if length < 126 else bytes([first, mask | 126]) + struct.pack("!H", length) if length < 65536 else bytes([first, mask | 127]) + struct.pack("!Q", length)
    if not up:
        return head + payload
    key = chance.randbytes(4)
    masked = int.from_bytes(payload, "big") ^ int.from_bytes((key * (length // 4 + 1))[:length], "big")
    return head + key + masked.to_bytes(length, "big")


def make_small(capture, chance):
    """A frame of 16 to 115 octets in each packet."""
    connection = Connection(capture, 5000)
    while not capture.full():
        up = capture.frames % 2 == 0
        connection.send(up, frame(chance, up, b"m" * chance.randint(16, 115)))
        capture.frames += 1
    connection.end()


def make_packed(capture, chance):
    """200 small frames in each burst."""
    connection = Connection(capture, 5000)
    bursts = {up: [b"".join(frame(chance, up, b"m" * chance.randint(4, 50)) for _ in range(200)) for _ in range(50)] for up in (True, False)}
    while not capture.full():
        up = capture.frames // 200 % 2 == 0
        connection.send(up, chance.choice(bursts[up]))
        capture.frames += 200
    connection.end()


def make_large(capture, chance):
    """Frames of 4 MiB."""
    connection = Connection(capture, 5000)
    payload = b"large message " * (4 * 1024 * 1024 // 14)
    frames = {up: frame(chance, up, payload) for up in (True, False)}
    while not capture.full():
        up = capture.frames % 2 == 0
        connection.send(up, frames[up])
        capture.frames += 1
    connection.end()


def make_connections(capture, chance):
    """Ten frames in each connection."""
    number = 0
    while not capture.full():
        connection = Connection(capture, 1024 + number % 60000)
        number += 1
        for i in range(10):
            connection.send(i % 2 == 0, frame(chance, i % 2 == 0, b"short message"))
        connection.end()
        capture.frames += 10


def make_deflate(capture, chance):
    """JSON, compressed with takeover."""
    connection = Connection(capture, 5000, DEFLATE)
    capture.compressed = {True: [], False: []}
    compress = {up: zlib.compressobj(6, zlib.DEFLATED, -15) for up in (True, False)}
    while not capture.full():
        up = capture.frames % 2 == 0
        text = b"".join(b'{"id": %d, "name": "user-%d", "active": true, "score": %f}' % (chance.randrange(10**6), chance.randrange(1000), chance.random()) for _ in range(10))
        data = compress[up].compress(text) + compress[up].flush(zlib.Z_SYNC_FLUSH)
        connection.send(up, frame(chance, up, data[:-4], 0xc1))
        capture.frames += 1
        capture.compressed[up].append(data)
    connection.end()


CAPTURES = {"small": make_small, "packed": make_packed, "large": make_large, "connections": make_connections, "deflate": make_deflate}
# How many times as fast as tshark, and which part of the bare loop's speed.
GOALS = {"small": (60, 0.25), "packed": (30, None), "large": (40, 0.5), "connections": (30, None), "deflate": (None, None)}


INFLATE_GOAL = 0.8
# JSON lines of small frames: how many times as fast as tshark's fields, and how many times the capture's size.
JSONL_GOAL = (40, 4)


def run(command):
    """Seconds of processor time, and the largest memory in MiB."""
    with open(os.devnull, "wb") as nowhere:
        child = subprocess.Popen(["taskset", "-c", "1", *command], stdout=nowhere, stderr=nowhere)
        _, status, usage = os.wait4(child.pid, 0)
    if status != 0:
        sys.exit(f"{command[0]} failed with {status}")
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def inflate_seconds(compressed):
    """zlib's own time for all that was compressed, in one call each way."""
    streams = [b"".join(parts) for parts in compressed.values()]
    begin = time.process_time()
    for stream in streams:
        zlib.decompressobj(-15).decompress(stream)
    return time.process_time() - begin


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("build")
    parser.add_argument("--size", type=int, default=30, help="MB of each capture")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    ours = os.path.join(options.build, "bin", "wsrig-pcap")
    bare = os.path.join(options.build, "tests", "bench", "programs", "bare_pcap")
    tshark = shutil.which("tshark")
    folder = tempfile.mkdtemp(prefix="wsrig-bench-", dir="/var/tmp")
    reached = True
    print(f"{'capture':<13}{'MB':>5} {'frames':>9} {'MB/s':>8} {'frames/s':>11} {'of bare':>8} {'× tshark':>9} {'jsonl ×':>8} {'jsonl size':>10} {'memory':>8}")
    try:
        for name, make in CAPTURES.items():
            path = os.path.join(folder, name + ".pcap")
            capture = Capture(path, options.size * 1_000_000)
            make(capture, random.Random(1))
            capture.file.close()
            times = {"ours": [], "bare": [], "jsonl": []}
            for _ in range(options.rounds):
                times["bare"].append(run([bare, path])[0])
                seconds, memory = run([ours, path])
                times["ours"].append(seconds)
                times["jsonl"].append(run([ours, "--jsonl", path])[0])
            ours_s, bare_s, jsonl_s = (statistics.median(times[k]) for k in ("ours", "bare", "jsonl"))
            subprocess.run([ours, "--jsonl", path, "-o", path + ".jsonl"], check=True)
            growth = os.path.getsize(path + ".jsonl") / capture.size
            tshark_s = run([tshark, "-r", path, "-d", "tcp.port==80,http", "-Y", "websocket", "-T", "fields", "-e", "frame.number", "-e", "websocket.opcode", "-e", "websocket.payload_length"])[0] if tshark else float("nan")
            print(f"{name:<13}{capture.size / 1e6:5.0f} {capture.frames:9} {capture.size / 1e6 / ours_s:8.0f} {capture.frames / ours_s:11.0f} {bare_s / ours_s:8.2f} {tshark_s / ours_s:9.0f} {tshark_s / jsonl_s:8.0f} {growth:10.2f} {memory:6.0f} M", flush=True)
            if hasattr(capture, "compressed"):
                ratio = statistics.median(inflate_seconds(capture.compressed) for _ in range(options.rounds)) / ours_s
                print(f"{'':<13}of zlib's inflate, alone: {ratio:.2f}")
                reached = reached and ratio >= INFLATE_GOAL
            if name == "small":
                reached = reached and (not tshark or tshark_s / jsonl_s >= JSONL_GOAL[0]) and growth <= JSONL_GOAL[1]
            goal_tshark, goal_bare = GOALS[name]
            reached = reached and (goal_tshark is None or not tshark or tshark_s / ours_s >= goal_tshark)
            reached = reached and (goal_bare is None or bare_s / ours_s >= goal_bare)
            os.remove(path)
            os.remove(path + ".jsonl")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return 0 if reached else 1


if __name__ == "__main__":
    sys.exit(main())
