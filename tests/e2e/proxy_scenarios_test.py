"""wsrig-proxy judged by scenarios with both ends ours, and the conformance suite through it."""
import contextlib
import json
import os
import subprocess
import unittest

from support import ROOT, echo, folder, process, program, report, wsrig

SCENARIOS = os.path.join(ROOT, "scenarios", "proxy")


@contextlib.contextmanager
def proxy(route):
    with process([program("wsrig-proxy"), "--listen", "ws://127.0.0.1:0", "--route", route],
                 stderr=subprocess.DEVNULL) as child:
        yield json.loads(child.stdout.readline())["url"]


class Scenarios(unittest.TestCase):
    def test_bridge_and_tunnel(self):
        wsrig("run", SCENARIOS, "--strict", check=0)

    def test_inspect(self):
        with open(os.path.join(SCENARIOS, "tunnel.yaml"), encoding="utf-8") as file:
            text = file.read().replace("mode=tunnel", "mode=inspect")
        with folder() as where:
            path = os.path.join(where, "inspect.yaml")
            with open(path, "w", encoding="utf-8") as file:
                file.write(text)
            wsrig("run", path, "--strict", check=0)


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
