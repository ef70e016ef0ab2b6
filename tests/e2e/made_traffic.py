"""Conversations made up frame by frame, of many kinds, and what of them a damaged capture still holds."""
import bisect
import collections
import json
import random
import struct
import zlib

REQUEST = (b"GET /feed HTTP/1.1\r\nHost: example.com\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
           b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n%s\r\n")
RESPONSE = (b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n%s\r\n")
EXTENSION = b"Sec-WebSocket-Extensions: permessage-deflate\r\n"
NAMES = {0: "cont", 1: "text", 2: "binary", 9: "ping", 10: "pong"}
CLIENT, SERVER = True, False

# A frame as it was sent: who sent it, what it says of itself, and where its header lies in the sender's octets.
Frame = collections.namedtuple("Frame", "side opcode fin length mask offset header")


def key(frame):
    """What tells one frame from another."""
    return (frame.side, frame.opcode, frame.fin, frame.length, frame.mask)


class Talk:
    """Writes of both sides, as (from the client?, octets), and the frames in them."""

    def __init__(self, seed, deflate=False, mask=None):
        self.chance = random.Random(seed)
        self.mask = mask
        self.deflaters = {side: zlib.compressobj(6, zlib.DEFLATED, -15) if deflate else None for side in (CLIENT, SERVER)}
        self.writes, self.frames, self.positions = [], [], {CLIENT: 0, SERVER: 0}
        for side, head in ((CLIENT, REQUEST), (SERVER, RESPONSE)):
            self.write(side, head % (EXTENSION if deflate else b""))

    def write(self, side, octets):
        self.writes.append((side, octets))
        self.positions[side] += len(octets)

    def send(self, side, opcode, payload, fin=True):
        self.write(side, self.frame(side, opcode, payload, fin, self.positions[side]))

    def burst(self, side, opcode, payloads):
        """Frames in one write."""
        octets = b""
        for payload in payloads:
            octets += self.frame(side, opcode, payload, True, self.positions[side] + len(octets))
        self.write(side, octets)

    def frame(self, side, opcode, payload, fin, offset):
        payload = payload.encode() if isinstance(payload, str) else payload
        first = fin << 7 | opcode
        deflater = self.deflaters[side]
        if deflater and opcode in (1, 2):
            payload = (deflater.compress(payload) + deflater.flush(zlib.Z_SYNC_FLUSH))[:-4]
            first |= 0x40
        size = len(payload)
        short, rest = ((size, b"") if size < 126 else (126, struct.pack("!H", size)) if size < 65536
                       else (127, struct.pack("!Q", size)))
        mask = (self.mask or self.chance.randbytes(4)) if side == CLIENT else b""
        header = bytes([first, short | (0x80 if mask else 0)]) + rest + mask
        self.frames.append(Frame("client" if side else "server", NAMES[opcode], fin, size, mask.hex() or None, offset, len(header)))
        return header + masked(payload, mask)

    def events(self):
        """For capture_relay.packets_of()."""
        return [(1e9 + number / 1000, 0, side, octets) for number, (side, octets) in enumerate(self.writes)]


def masked(payload, mask):
    if not mask or not payload:
        return payload
    pad = (mask * (len(payload) // 4 + 1))[:len(payload)]
    return (int.from_bytes(payload, "big") ^ int.from_bytes(pad, "big")).to_bytes(len(payload), "big")


def word(chance):
    return "".join(chance.choices("abcdefghijklmnopqrstuvwxyz", k=chance.randrange(2, 9)))


def record(chance):
    return json.dumps({word(chance): chance.choice((chance.randrange(10 ** 6), word(chance), chance.random())) for _ in range(4)})


def echo(talk, count=200):
    for _ in range(count):
        text = record(talk.chance)
        talk.send(CLIENT, 1, text)
        talk.send(SERVER, 1, text)


def feed(talk):
    talk.send(CLIENT, 1, '{"op": "subscribe"}')
    for number in range(200):
        talk.send(SERVER, 1, record(talk.chance))
        if number % 40 == 39:
            talk.send(SERVER, 9, b"")
            talk.send(CLIENT, 10, b"")


def game(talk):
    for number in range(200):
        talk.send(CLIENT, 2, bytes([1, number & 255]) + talk.chance.randbytes(10))
        talk.send(SERVER, 2, bytes([2, number & 255]) + talk.chance.randbytes(40))


def any_size(talk):
    for _ in range(150):
        talk.send(CLIENT, 2, talk.chance.randbytes(talk.chance.randrange(1, 200)))
        talk.send(SERVER, 2, talk.chance.randbytes(talk.chance.randrange(1, 3000)))


def zeros(talk):
    for _ in range(150):
        talk.send(CLIENT, 2, bytes(talk.chance.randrange(1, 100)))
        talk.send(SERVER, 2, bytes(talk.chance.randrange(1, 100)))


def pings(talk):
    for number in range(200):
        payload = (b"", b"%d" % number, struct.pack("!Q", number), talk.chance.randbytes(4))[number % 4]
        side = number % 7 < 4
        talk.send(side, 9, payload)
        talk.send(not side, 10, payload)
        if number % 20 == 0:
            talk.send(CLIENT, 1, record(talk.chance))


def letters(talk):
    for _ in range(200):
        talk.send(CLIENT, 1, talk.chance.choice("wasd"))
        talk.send(SERVER, 1, talk.chance.choice(("ok", "no", "1")))


def megabytes(talk):
    for number in range(8):
        side = number % 2 == 0
        talk.send(side, 2, talk.chance.randbytes((1 << 20, 300_000)[number % 3 == 2]))
        talk.send(not side, 1, f"received {number}")


def upload(talk):
    for number in range(30):
        talk.send(CLIENT, 2, talk.chance.randbytes(talk.chance.randrange(1000, 60000)))
        talk.send(SERVER, 1, f'{{"received": {number}}}')


def fragments(talk):
    for number in range(40):
        side, last = number % 2 == 0, talk.chance.randrange(1, 8)
        for part in range(last + 1):
            talk.send(side, 2 if part == 0 else 0, talk.chance.randbytes(4000), fin=part == last)
            if part == 1:
                talk.send(side, 9, b"alive")
                talk.send(not side, 10, b"alive")


def bursts(talk):
    for number in range(15):
        talk.burst(SERVER, 1, [record(talk.chance) for _ in range(40)])
        talk.burst(CLIENT, 1, [f'{{"ack": {number}}}'])


def talks():
    made = {}
    for kind in (echo, feed, game, any_size, zeros, pings, letters, megabytes, upload, fragments, bursts):
        made[kind.__name__] = kind, {}
    made["compressed echo"] = echo, {"deflate": True}
    made["compressed feed"] = feed, {"deflate": True}
    made["mask key 0"] = echo, {"mask": bytes(4)}
    for name, (kind, options) in made.items():
        talk = Talk(name, **options)
        kind(talk)
        yield name, talk


def side_of(packet):
    return packet[20:22] != b"\0P"  # from port 80


def size_of(packet):
    return len(packet) - 40


def found_in(talk, packets, snap_length):
    """The frames whose header such a capture holds whole: whoever knows where it is can read it."""
    spans = {CLIENT: [], SERVER: []}
    for _, packet in packets:
        begin = (struct.unpack("!I", packet[24:28])[0] - (1000 if side_of(packet) else 5000)) & 0xffffffff
        size = min(len(packet), snap_length) - 40
        if size > 0:
            spans[side_of(packet)].append((begin, begin + size))
    joined = {side: join(pieces) for side, pieces in spans.items()}

    def holds(frame):
        pieces = joined[frame.side == "client"]
        at = bisect.bisect_right(pieces, (frame.offset, 1 << 62)) - 1
        return at >= 0 and frame.offset + frame.header <= pieces[at][1]

    return [frame for frame in talk.frames if holds(frame)]


def join(pieces):
    joined = []
    for begin, end in sorted(pieces):
        if joined and begin <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((begin, end))
    return joined
