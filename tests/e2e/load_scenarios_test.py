"""The loads of scenarios/load, as anybody would run them."""
import json
import os
import unittest

import support

SCENARIOS = os.path.join(support.ROOT, "scenarios", "load")
# On a machine that is busy with other things the generator may be what limits a run, and then it has to say so.
LIMITED = "not to be trusted: the generator itself was the limit"


class Scenarios(unittest.TestCase):
    def check_passed(self, case):
        limited = case["grade"] == "fail" and case["message"].startswith(LIMITED)
        self.assertTrue(case["grade"] == "ok" or limited, case)

    def test_all_of_them_pass(self):
        paths = sorted(os.path.join(SCENARIOS, name) for name in os.listdir(SCENARIOS))
        documents = support.side_by_side(lambda some: support.report("run", *some, "-q"), [paths[::3], paths[1::3], paths[2::3]])
        cases = [case for document in documents for case in document["cases"]]
        self.assertEqual(len({case["id"] for case in cases}), len(paths))
        for case in cases:
            with self.subTest(case["id"]):
                self.check_passed(case)

    def test_a_threshold_that_does_not_hold_fails_the_run(self):
        with support.folder() as where:
            path = os.path.join(where, "strict.yaml")
            with open(path, "w", encoding="utf-8") as file:
                file.write("wsrig: 1\nsuite: test/strict\nload:\n  phases:\n"
                           "    - { model: closed, connections: 2, for: 200ms }\n"
                           "thresholds: [ errors == 0, rtt p50 < 1ns ]\n")
            document = support.report("run", path, "-q")
        self.assertEqual(document["exit_code"], 1)
        self.assertEqual(document["cases"][0]["grade"], "fail")
        self.assertEqual(document["cases"][0]["expected"], "rtt p50 < 1ns")

    def test_against_a_server_of_ones_own(self):
        with support.folder() as where, support.echo() as url:
            page = os.path.join(where, "run.html")
            document = support.report("run", url, os.path.join(SCENARIOS, "churn.yaml"), "-q", "--artifacts", where, "--html", page)
            (case,) = document["cases"]
            self.check_passed(case)
            # Its own report lies beside that of the run, which names it.
            texts = [read(path) for path in case["documents"]]
            self.assertEqual(json.loads(texts[0])["name"], case["id"])
            self.assertIn("Latency by percentile", texts[1])
            for path in case["documents"]:
                self.assertIn(os.path.basename(path), read(page))

    def test_a_list_of_messages_is_sent_in_turn(self):
        with support.folder() as where:
            path = os.path.join(where, "replay.yaml")
            with open(path, "w", encoding="utf-8") as file:
                file.write("wsrig: 1\nsuite: test/replay\nload:\n  replay: list.jsonl\n"
                           "  phases: [ { connections: 1, rate: 100/s, for: 200ms } ]\n"
                           "thresholds: [ errors == 0, messages_sent == 20, octets_received == 234B ]\n")
            with open(os.path.join(where, "list.jsonl"), "w", encoding="utf-8") as file:
                file.write('{"text": "twelve and a"}\n{"binary": "AAECAwQFBg=="}\n')  # 12 and 7 octets, 2 of header each; a Close
            (case,) = support.report("run", path, "-q")["cases"]
            self.check_passed(case)

    def test_what_cannot_be_written_is_said_before_the_run(self):
        for option, path in (("--json", "/dev/full"), ("--html", "/nonexistent/x.html"), ("--artifacts", "/dev/null/x")):
            result = support.wsrig("run", os.path.join(SCENARIOS, "churn.yaml"), option, path, check=3)
            self.assertIn("cannot write " + path, result.stderr)
            self.assertEqual(result.stdout, "")


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


if __name__ == "__main__":
    unittest.main()
