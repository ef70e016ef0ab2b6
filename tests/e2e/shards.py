"""What the tests of loads in several processes share."""
import json
import os

import hdr
from support import program

WORLD = 3
LOAD = ["-c", "7", "-r", "100/s", "-d", "2s", "--threshold", "errors == 0", "--threshold", "rtt p50 < 1m"]


def read(path):
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def shard_documents(folder, world):
    return [read(os.path.join(folder, f"shard-{rank}-of-{world}.json")) for rank in range(world)]


def environment():
    """Of scripts that look for the programs in PATH."""
    return {**os.environ, "PATH": os.path.dirname(program("wsrig")) + os.pathsep + os.environ["PATH"]}


def expected_code(document):
    """What a run has to end with whose thresholds hold: a machine that is too busy for the generator fails them all, and
    is no fault of what is tested here."""
    return 1 if any(remark["concern"] == "generator" for remark in document["remarks"]) else 0


def check_sum(test, folder, world):
    """The merged document is the sum of the shards, counter by counter and bucket by bucket."""
    parts = shard_documents(folder, world)
    whole = read(os.path.join(folder, "run.json"))
    test.assertEqual([shard["rank"] for shard in whole["shards"]], list(range(world)))
    figures = [part["total"] for part in parts]
    for name in {name for one in figures for name in one["counters"]}:
        test.assertEqual(whole["total"]["counters"][name], sum(one["counters"].get(name, 0) for one in figures), name)
    test.assertEqual(whole["total"]["counters"]["connects_opened"], 7)
    for timing, histogram in whole["total"]["timings"].items():
        own = [hdr.decode(one["timings"][timing]["hdr"]) for one in figures if timing in one["timings"]]
        test.assertEqual(hdr.decode(histogram["hdr"]), hdr.add(*own), timing)
    test.assertEqual([judgement["passed"] for judgement in whole["judgements"]], [expected_code(whole) == 0] * 2,
                     whole["judgements"])
    for part in parts:
        test.assertEqual(part["judgements"], [])
        test.assertGreaterEqual(part["shards"][0]["skew_ns"], 0)
    # What was asked of all is said, and how far they were from beginning to measure together.
    for number, phase in enumerate(whole["phases"]):
        starts = [part["phases"][number]["start_ns"] for part in parts]
        test.assertEqual((phase["start_ns"], phase["start_spread_ns"]), (min(starts), max(starts) - min(starts)))
        test.assertEqual({part["phases"][number]["asked"] for part in parts}, {phase["asked"]})
        test.assertEqual(phase["asked"].split()[:2], ["7", "connections,"])
    test.assertEqual(len({shard["agreed_start_ns"] for shard in whole["shards"]}), 1)
    return whole
