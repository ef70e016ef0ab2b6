"""A load in four local processes, and what `wsrig merge` makes of their documents."""
import contextlib
import json
import os
import unittest

import shards
from support import PATIENCE, echo, folder, free_port, process, program, run, wsrig

WORLD = 4


def start_shard(rank, url, where, port, *more):
    return process([program("wsrig-load"), url, *shards.LOAD, "--quiet", "--seed", "7", "--rank", str(rank), "--world", str(WORLD),
                    "--shards", where, "--barrier", f"127.0.0.1:{port}", *more])


class FourProcesses(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        context = folder()
        cls.folder = context.__enter__()
        cls.addClassCleanup(context.__exit__, None, None, None)
        port = free_port()
        with echo() as url:
            contexts = [start_shard(rank, url, cls.folder, port) for rank in range(WORLD)]
            children = [context.__enter__() for context in contexts]
            cls.outputs = [child.communicate(timeout=PATIENCE)[0] for child in children]
            cls.codes = [child.returncode for child in children]
            for context in contexts:
                context.__exit__(None, None, None)

    def merge(self, *arguments, check=None):
        return wsrig("merge", *arguments, check=check)

    def test_the_sum_is_that_of_all_samples(self):
        self.assertEqual(self.codes, [0] * WORLD, self.outputs)
        result = self.merge(self.folder, "--json", os.path.join(self.folder, "run.json"))
        whole = shards.check_sum(self, self.folder, WORLD)
        self.assertEqual(result.returncode, shards.expected_code(whole))
        self.assertRegex(result.stdout, "4 of 4, started within .*, began to measure within ")
        # The schedule is dealt out, and nothing of it twice: 100/s for 2 s.
        self.assertEqual(whole["total"]["counters"]["scheduled"], 200)

    def test_a_missing_shard_is_not_hidden(self):
        paths = [os.path.join(self.folder, f"shard-{rank}-of-{WORLD}.json") for rank in range(WORLD)]
        result = self.merge(*paths[:3], check=2)
        self.assertIn("shard 3 of 4 is missing", result.stderr)
        allowed = self.merge(*paths[:3], "--allow-missing")
        self.assertIn("shard 3 of 4 is missing", allowed.stdout)
        twice = self.merge(*paths, paths[0], check=2)
        self.assertIn("shard 0 is also in", twice.stderr)

    def test_thresholds_are_judged_on_the_sum(self):
        result = self.merge(self.folder, "--threshold", "messages_received == 1", check=1)
        self.assertIn("FAIL", result.stdout)

    def test_a_document_of_another_run_is_refused(self):
        path = os.path.join(self.folder, f"shard-0-of-{WORLD}.json")
        document = shards.read(path)
        document["seed"] = 8
        other = os.path.join(self.folder, "other.json")
        with open(other, "w", encoding="utf-8") as file:
            json.dump(document, file)
        result = self.merge(other, os.path.join(self.folder, f"shard-1-of-{WORLD}.json"), check=2)
        self.assertIn("it is of another run: its seed is '7'", result.stderr)


class Barrier(unittest.TestCase):
    def test_all_measure_when_the_last_is_connected(self):
        with echo() as url, folder() as where, contextlib.ExitStack() as stack:
            common = ["-c", "6", "-r", "100", "-d", "200ms", "--quiet", "--seed", "7", "--world", "2", "--shards", where,
                      "--barrier", f"127.0.0.1:{free_port()}"]
            # Shard 1 makes its three connections one in half a second.
            children = [stack.enter_context(process([program("wsrig-load"), url, *common, "--rank", rank, *more]))
                        for rank, more in (("0", []), ("1", ["--connect-rate", "4/s"]))]
            for child in children:
                child.communicate(timeout=PATIENCE)
            first, slow = shards.shard_documents(where, 2)
        self.assertGreater(first["phases"][0]["start_ns"], slow["start_ns"] + 900_000_000)

    def test_a_search_is_no_matter_of_shards(self):
        result = run(program("wsrig-load"), "ws://127.0.0.1:1/", "--rank", "1", "--world", "2", "--find-limit", "rtt p99 < 1s",
                     check=2)
        self.assertIn("'--find-limit' searches with one process", result.stderr)

    def test_a_shard_that_nobody_joins_says_so(self):
        with echo() as url, folder() as where, start_shard(0, url, where, 0, "--barrier-timeout", "200ms") as alone:
            alone.wait(timeout=PATIENCE)
            self.assertEqual(alone.returncode, 3)
            self.assertEqual(os.listdir(where), [])


if __name__ == "__main__":
    unittest.main()
