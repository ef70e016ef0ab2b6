"""wsrig-pcap and captures that are damaged in many ways, of conversations of many kinds: frames found, of those whose
header the capture holds, and frames invented; and none at all where no WebSocket is."""
import collections
import json
import os
import random
import unittest

import capture_relay
import made_traffic
import other_protocols
import support

WHOLE = 1 << 18


def lose_in_a_row(packets, odds, count, seed=2):
    chance = random.Random(seed)
    out, lost = [], 0
    for packet in packets:
        if lost == 0 and chance.randrange(odds) == 0:
            lost = count
        lost, keep = max(0, lost - 1), lost == 0
        if keep:
            out.append(packet)
    return out


class Damaged(unittest.TestCase):
    def setUp(self):
        self.path = os.path.join(self.enterContext(support.folder()), "damaged.pcap")

    def frames(self):
        lines = support.run(support.program("wsrig-pcap"), "--jsonl", "--payload", "1B", self.path, check=0).stdout.splitlines()
        found = [record for record in map(json.loads, lines) if record["type"] == "frame"]
        return [(f["from"], f["opcode"], f.get("fin", True), f["length"], f.get("mask")) for f in found]

    @staticmethod
    def damages(packets):
        """Each with the packets that are left, how much is left of each of them, and what has to be found at least."""
        head, talk = packets[:5], packets[5:]  # three of TCP, the request and its answer
        third, half = len(talk) // 3, len(talk) // 2
        return {
            "whole": (packets, WHOLE, 1),
            "without the handshake": (talk, WHOLE, 0.99),
            "from a third on": (talk[third:], WHOLE, 0.99),
            "from the middle": (talk[half:], WHOLE, 0.98),
            "only the server": ([p for p in talk[third:] if not made_traffic.side_of(p[1])], WHOLE, 0.98),
            "only the client": ([p for p in talk[third:] if made_traffic.side_of(p[1])], WHOLE, 0.98),
            "one in fifty lost": (head + capture_relay.drop(talk, 50), WHOLE, 0.99),
            "one in ten lost": (head + capture_relay.drop(talk, 10), WHOLE, 0.98),
            "five in a row lost": (head + lose_in_a_row(talk, 50, 5), WHOLE, 0.98),
            "middle, one in twenty lost": (capture_relay.drop(talk[half:], 20), WHOLE, 0.95),
            "reordered": (head + capture_relay.reorder(talk, 4), WHOLE, 1),
            "repeated": (capture_relay.repeat(packets, 3), WHOLE, 1),
            "cut after 90 octets": (packets, 90, 0.90),
            "cut after 50 octets": (packets, 50, 0.85),
        }

    def test_scores(self):
        scores = collections.defaultdict(lambda: [0, 0, 0, 0])  # by damage: frames there, found, invented; the least part
        for name, talk in made_traffic.talks():
            packets = capture_relay.packets_of(talk.events())
            true = collections.Counter(map(made_traffic.key, talk.frames))
            for damage, (left, snap_length, least) in self.damages(packets).items():
                capture_relay.write_pcap(self.path, left, snap_length)
                there = collections.Counter(map(made_traffic.key, made_traffic.found_in(talk, left, snap_length)))
                found = collections.Counter(self.frames())
                score = scores[damage]
                invented = sum((found - true).values())
                for at, value in enumerate((sum(there.values()), sum((there & found).values()), invented)):
                    score[at] += value
                score[3] = least
                self.assertEqual(invented, 0, f"{name}, {damage}: {found - true}")
        for damage, (there, found, invented, least) in scores.items():
            print(f"{damage:28} {there:6} frames, {100 * found / there:6.2f} % found, {invented} invented")
            with self.subTest(damage):
                self.assertGreaterEqual(found / there, least)

    def test_nothing_is_found_where_no_websocket_is(self):
        count = other_protocols.write_pcap(self.path, megabytes=20)
        self.assertGreater(count, 20)
        self.assertEqual(self.frames(), [])
        self.assertIn(" 0 shown", support.run(support.program("wsrig-pcap"), self.path, check=0).stdout)


if __name__ == "__main__":
    unittest.main()
