"""Captures without the right to capture: a relay that knows what passed, and writes it as TCP in a pcap file."""
import ipaddress
import random
import socket
import struct
import threading
import time

SEGMENT = 1448


class Relay:
    """Forwards connections to a port of 127.0.0.1 and keeps what passes; `packets()` is the capture of it."""

    def __init__(self, port):
        self.target = port
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.events = []  # (time, connection, from the client?, octets; b"" is FIN)
        self.lock = threading.Lock()
        self.threads = [threading.Thread(target=self._accept, daemon=True)]
        self.threads[0].start()
        self.sockets = []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        # A blocked accept() wakes up when the socket is shut down.
        try:
            self.listener.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self.listener.close()
        for thread in self.threads:
            thread.join(20)
        for one in self.sockets:
            one.close()

    def _accept(self):
        number = 0
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            server = socket.create_connection(("127.0.0.1", self.target))
            self.sockets += [client, server]
            for source, sink, from_client in ((client, server, True), (server, client, False)):
                sink.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                thread = threading.Thread(target=self._forward, args=(number, source, sink, from_client), daemon=True)
                self.threads.append(thread)
                thread.start()
            number += 1

    def _forward(self, number, source, sink, from_client):
        while True:
            try:
                octets = source.recv(65536)
            except OSError:
                octets = b""
            with self.lock:
                self.events.append((time.time(), number, from_client, octets))
                # Inside the lock, so that no answer can be written down before its question.
                try:
                    sink.sendall(octets) if octets else sink.shutdown(socket.SHUT_WR)
                except OSError:
                    pass
            if not octets:
                return

    def packets(self):
        with self.lock:
            return packets_of(list(self.events))


def packets_of(events):
    """The packets of such events: (time, octets) each, raw IPv4."""
    connections = {}
    packets = []
    for when, number, from_client, octets in events:
        if number not in connections:
            connections[number] = {True: 1000, False: 5000}
            ports = 40000 + number
            packets.append((when, segment(ports, True, 999, 0, 0x02)))
            packets.append((when, segment(ports, False, 4999, 1000, 0x12)))
            packets.append((when, segment(ports, True, 1000, 5000, 0x10)))
        sequence = connections[number]
        for at in range(0, max(len(octets), 1), SEGMENT):
            piece = octets[at:at + SEGMENT]
            flags = 0x18 if piece else 0x11
            packets.append((when, segment(40000 + number, from_client, sequence[from_client],
                                          sequence[not from_client], flags, piece)))
            sequence[from_client] += len(piece) or 1
    return packets


def segment(port, from_client, sequence, acknowledgment, flags, payload=b""):
    source, sink = (port, 80) if from_client else (80, port)
    addresses = [int(ipaddress.ip_address(a)) for a in ("192.0.2.1", "192.0.2.2")]
    if not from_client:
        addresses.reverse()
    header = struct.pack("!BBHHHBBHII", 0x45, 0, 40 + len(payload), 0, 0, 64, 6, 0, *addresses)
    return header + struct.pack("!HHIIBBHHH", source, sink, sequence & 0xffffffff, acknowledgment & 0xffffffff, 0x50,
                                flags, 65535, 0, 0) + payload


def write_pcap(path, packets, snap_length=1 << 18):
    """Nanoseconds, LINKTYPE_RAW."""
    with open(path, "wb") as file:
        file.write(struct.pack("<IHHiIII", 0xa1b23c4d, 2, 4, 0, 0, snap_length, 101))
        for when, octets in packets:
            captured = octets[:snap_length]
            file.write(struct.pack("<IIII", int(when), int(when % 1 * 1e9), len(captured), len(octets)) + captured)


def drop(packets, odds, seed=1):
    """Some packets with payload are missing."""
    chance = random.Random(seed)
    return [p for p in packets if len(p[1]) == 40 or chance.randrange(odds)]


def reorder(packets, window, seed=1):
    """Packets come in another order, within windows; the times stay in order."""
    chance = random.Random(seed)
    out = []
    for at in range(0, len(packets), window):
        part = packets[at:at + window]
        order = part[:]
        chance.shuffle(order)
        out += [(when, octets) for (when, _), (_, octets) in zip(part, order)]
    return out


def repeat(packets, odds, seed=1):
    """Some packets come twice."""
    chance = random.Random(seed)
    return [p for packet in packets for p in [packet] * (2 if chance.randrange(odds) == 0 else 1)]
