"""The histogram against those of others: Node's perf_hooks.createHistogram, and HdrHistogram's library for JavaScript."""
import json
import os
import random
import unittest

import hdr
from support import BIN, NODE_MODULES, node_server, run

PERCENTS = ["1", "25", "50", "75", "90", "95", "99", "99.9", "99.99", "100"]
RECORD_SAMPLES = os.path.join(os.path.dirname(BIN), "tests", "e2e", "record_samples")
LOG_HEAD = ("#[Histogram log format version 1.3]\n#[StartTime: 1767323045.250 (seconds since epoch), x]\n"
            "\"StartTimestamp\",\"Interval_Length\",\"Interval_Max\",\"Interval_Compressed_Histogram\"\n")


def samples(seed):
    """Latencies in nanoseconds, of every magnitude that there is. Of 20,000 each percentile below is a whole number of
    samples: of other numbers some libraries round it up, others down."""
    chance = random.Random(seed)
    return [int(chance.lognormvariate(12, 2)) + 1 for _ in range(16_000)] + [int(10 ** chance.uniform(0, 12)) for _ in range(4_000)]


class Histogram(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.samples = samples(1)
        text = "\n".join(map(str, cls.samples))
        cls.ours = json.loads(run(RECORD_SAMPLES, feed=text, check=0).stdout)
        question = {"samples": cls.samples, "hdr": cls.ours["hdr"],
                    "log": LOG_HEAD + f"Tag=rtt,2.000,1.000,3.000,{cls.ours['hdr']}\n"}
        cls.others = json.loads(run(*node_server("other_histograms.js"), NODE_MODULES, feed=json.dumps(question), check=0).stdout)

    def check_near(self, name, ours, other):
        self.assertLessEqual(abs(ours - other), self.ours["error"] * other, f"{name}: {ours}, not {other}")

    def test_agrees_with_node(self):
        node = self.others["node"]
        self.assertEqual(self.ours["count"], node["count"])
        for name in [*PERCENTS, "min", "max", "mean", "stddev"]:
            self.check_near(name, self.ours[name], node[name])

    def test_agrees_with_the_samples(self):
        self.assertEqual((self.ours["min"], self.ours["max"]), (min(self.samples), max(self.samples)))
        ordered = sorted(self.samples)
        for percent in PERCENTS:
            rank = max(-(-len(ordered) * int(float(percent) * 100) // 10_000), 1)
            self.check_near(percent, self.ours[percent], ordered[rank - 1])

    def test_hdr_histogram_reads_the_encoding(self):
        theirs = self.others["hdr"]
        self.assertEqual(theirs["count"], len(self.samples))
        for name in [*PERCENTS, "min", "max"]:
            self.check_near(name, self.ours[name], theirs[name])

    def test_hdr_histogram_reads_the_log(self):
        (line,) = self.others["log"]
        self.assertEqual((line["tag"], line["count"]), ("rtt", len(self.samples)))
        self.assertEqual(line["start"], 1767323047250)

    def test_the_tests_own_reader_agrees(self):
        counts = hdr.decode(self.ours["hdr"])
        self.assertEqual(sum(counts.values()), len(self.samples))


if __name__ == "__main__":
    unittest.main()
