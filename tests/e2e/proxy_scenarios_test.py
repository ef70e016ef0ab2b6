"""wsrig-proxy and others judged by scenarios with both ends ours, and the conformance suite through it."""
import concurrent.futures
import contextlib
import json
import os
import subprocess
import unittest

from support import ROOT, echo, process, program, report, wsrig

SCENARIOS = os.path.join(ROOT, "scenarios")
STRICT = ("--strict", "--fail-on", "may")


@contextlib.contextmanager
def proxy(route):
    with process([program("wsrig-proxy"), "--listen", "ws://127.0.0.1:0", "--route", route],
                 stderr=subprocess.DEVNULL) as child:
        yield json.loads(child.stdout.readline())["url"]


class Scenarios(unittest.TestCase):
    """Side by side: most of the time they wait."""

    def test_ours_makes_no_mistake_and_those_of_others_are_known(self):
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            runs = {name: pool.submit(self.run_other, name) for name in ("nginx", "haproxy")}
            runs["websockify"] = pool.submit(self.run_other, "websockify", "--tag", "!racy")
            for file in os.listdir(os.path.join(SCENARIOS, "proxy")):
                runs[file] = pool.submit(wsrig, "run", os.path.join(SCENARIOS, "proxy", file), *STRICT, check=0)
        for name, run in runs.items():
            with self.subTest(name=name):
                run.result()

    def run_other(self, name, *selection):
        return wsrig("run", os.path.join(SCENARIOS, "subjects", name + ".yaml"), *STRICT, *selection,
                     "--expected", os.path.join(SCENARIOS, "expected", name + ".yaml"), check=0)


class Conformance(unittest.TestCase):
    """The verdicts through a proxy are those of its backend."""

    def grades(self, url):
        return {case["id"]: case["grade"] for case in report("test", url)["cases"]}

    def test_same_verdicts_in_both_modes(self):
        with echo() as direct:
            expected = self.grades(direct)
            for mode in ("tunnel", "inspect"):
                with self.subTest(mode=mode), proxy(f"/={direct} mode={mode}") as through:
                    self.assertEqual({id: grade for id, grade in self.grades(through).items() if expected[id] != grade}, {})


if __name__ == "__main__":
    unittest.main()
