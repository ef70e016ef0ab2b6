"""The loads of scenarios/load, as anybody would run them."""
import os
import unittest

import support

SCENARIOS = os.path.join(support.ROOT, "scenarios", "load")
# On a machine that is busy with other things the generator may be what limits a run, and then it has to say so.
LIMITED = "not to be trusted: the generator itself was the limit"


class Scenarios(unittest.TestCase):
    def test_all_of_them_pass(self):
        document = support.report("run", SCENARIOS, "-q")
        names = {case["id"] for case in document["cases"]}
        self.assertEqual(len(names), len(os.listdir(SCENARIOS)))
        for case in document["cases"]:
            with self.subTest(case["id"]):
                limited = case["grade"] == "fail" and case["message"].startswith(LIMITED)
                self.assertTrue(case["grade"] == "ok" or limited, case)

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
        with support.echo() as url:
            document = support.report("run", url, os.path.join(SCENARIOS, "churn.yaml"), "-q")
        self.assertEqual(document["cases"][0]["grade"], "ok", document["cases"][0])


if __name__ == "__main__":
    unittest.main()
