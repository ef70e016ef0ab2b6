"""A capture of everything but WebSockets, of which the beginnings are missing: octets at random and of one kind, text,
types and lengths in front of messages, compressed and encrypted streams."""
import base64
import json
import random
import struct
import zlib

import capture_relay

WORDS = ("alpha", "beta", "gamma", "delta", "{}", "<p>", "42", "select", "from", "where", "été", "你好", "null", "true")


def counted(size_format, octets, head=b""):
    return head + struct.pack(size_format, len(octets)) + octets


def varint(number):
    out = b""
    while number > 127:
        out += bytes([number & 127 | 128])
        number >>= 7
    return out + bytes([number])


KINDS = {
    "random": lambda c: c.randbytes(c.randint(1, 1448)),
    "full segments": lambda c: c.randbytes(1448),
    "zeros": lambda c: bytes(c.randint(1, 1448)),
    "ones": lambda c: b"\xff" * c.randint(1, 1448),
    "text": lambda c: " ".join(c.choices(WORDS, k=c.randint(1, 200))).encode()[:1448],
    "json lines": lambda c: json.dumps({w: c.randint(0, 9999) for w in c.choices(WORDS, k=c.randint(1, 20))}).encode() + b"\n",
    "html": lambda c: b"<div class='x'>" + base64.b64encode(c.randbytes(c.randint(10, 900))) + b"</div>",
    "deflate": lambda c: zlib.compress(" ".join(c.choices(WORDS, k=c.randint(1, 400))).encode())[:1448],
    "dns": lambda c: counted("!H", c.randbytes(c.randint(20, 400))),
    "type and length": lambda c: counted("B", c.randbytes(c.randint(2, 120)), bytes([c.choice((1, 2, 0x30, 0x80, 0x81, 0x82))])),
    "mqtt": lambda c: counted("B", counted("!H", b"sensors/" + base64.b32encode(c.randbytes(5))), bytes([c.choice((0x30, 0x82, 0x40))])),
    "ldap": lambda c: counted("B", b"\x02\x01" + bytes([c.randint(0, 127)]) + b"\x63" + c.randbytes(c.randint(10, 80)), b"\x30"),
    "asn.1": lambda c: b"\x30\x82" + counted("!H", c.randbytes(c.randint(256, 1400))),
    "ssh": lambda c: c.randbytes(c.randint(2, 40) * 16),
    "rtp": lambda c: counted("!H", b"\x80\x60" + c.randbytes(170), c.choice((b"", b"$\0"))),
    "floats": lambda c: struct.pack("<100d", *(c.gauss(0, 1) for _ in range(100))),
    "integers": lambda c: struct.pack("<300i", *(c.randint(-500, 500) for _ in range(300))),
    "protobuf": lambda c: b"".join(b"\x0a" + varint(len(w)) + w.encode() for w in c.choices(WORDS, k=c.randint(1, 60))),
    "grpc": lambda c: counted("!I", counted("B", c.randbytes(c.randint(2, 90)), b"\x12"), b"\0"),
    "http2": lambda c: struct.pack("!I", c.randint(1, 600))[1:] + bytes([c.choice((0, 1, 8)), c.choice((0, 1, 4))]) +
        struct.pack("!I", c.randint(1, 99)) + c.randbytes(c.randint(1, 600)),
    "smb": lambda c: counted("!I", b"\xfeSMB" + c.randbytes(c.randint(30, 500))),
    "mysql": lambda c: struct.pack("<I", c.randint(4, 60))[:3] + bytes([c.randint(0, 3)]) + c.randbytes(c.randint(4, 60)),
    "postgresql": lambda c: counted("!I", c.randbytes(c.randint(4, 200)), c.choice((b"D", b"T", b"C", b"Z"))),
    "mongodb": lambda c: counted("<I", c.randbytes(c.randint(12, 300))),
    "kafka": lambda c: counted("!I", struct.pack("!HHI", c.randint(0, 20), 1, c.randint(0, 999)) + c.randbytes(c.randint(8, 300))),
    "amqp": lambda c: b"\1\0\1" + counted("!I", c.randbytes(c.randint(8, 200))) + b"\xce",
    "redis": lambda c: b"*2\r\n$3\r\nGET\r\n$5\r\nhello\r\n" * c.randint(1, 9),
    "tls": lambda c: c.randbytes(9) + b"".join(counted("!H", c.randbytes(300), b"\x17\3\3") for _ in range(4)),
    "bittorrent": lambda c: counted("!I", b"\7" + struct.pack("!II", c.randint(0, 99), c.randint(0, 9) << 14) + c.randbytes(1000)),
    "one length": lambda c: b"\x82\x7d" + c.randbytes(100),
    "utf-8": lambda c: "".join(c.choices("дфжщ你好世界éß ", k=c.randint(1, 400))).encode(),
    "latin-1": lambda c: bytes(c.choice(b"abcdefgh \xe4\xf6\xfc\x81\x82\x88") for _ in range(c.randint(1, 1400))),
    "captures": lambda c: b"".join(counted("<I", c.randbytes(c.randint(40, 90)), struct.pack("<III", 1700000000, c.randint(0, 10 ** 6), 60))
                                   for _ in range(9)),
}


def write_pcap(path, megabytes, seed=1):
    """Returns of how many connections."""
    chance = random.Random(seed)
    packets, size, flow, kinds = [], 0, 0, list(KINDS)
    while size < megabytes * 1_000_000:
        make = KINDS[kinds[flow % len(kinds)]]
        flow += 1
        sequence = {True: chance.randrange(1 << 32), False: chance.randrange(1 << 32)}
        end = size + chance.randint(3, 1000) * 1000
        while size < end:
            up = chance.random() < 0.5
            octets = make(chance)[:1448]
            packets.append((1e9 + len(packets) / 1e5, capture_relay.segment(1024 + flow, up, sequence[up], sequence[not up], 0x18, octets)))
            sequence[up] += len(octets)
            size += len(octets) + 56
    capture_relay.write_pcap(path, packets)
    return flow
