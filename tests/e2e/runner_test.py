"""wsrig as its user meets it: reports, options, mistakes, baselines, services, interrupts, and rude subjects."""
import json
import os
import signal
import subprocess
import sys
import unittest
import xml.etree.ElementTree

from support import ROOT, echo, folder, line_server, process, program, python_server, report, wsrig

SCENARIO = """\
wsrig: 1
suite: own
cases:
  - id: good
    must: RFC 6455 §5.6
    about: Comes back.
    steps: |
      > text "Hello"
      < text "Hello"
  - id: bad
    must: RFC 6455 §5.6
    about: Does not come back like this.
    alias: number-two
    tags: [wrong]
    steps: |
      > text "<script>alert(1)</script> \\u0000\\u001b[31m ]]>"
      < text "something else"
"""


class Folder(unittest.TestCase):
    def setUp(self):
        context = folder()
        self.folder = context.__enter__()
        self.addCleanup(context.__exit__, None, None, None)

    def write(self, name, text):
        path = os.path.join(self.folder, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return path

    def path(self, name):
        return os.path.join(self.folder, name)


class Reports(Folder):
    def run_all(self):
        scenario = self.write("own.yaml", SCENARIO)
        names = {kind: self.path("out." + kind) for kind in ("json", "junit", "tap", "html", "markdown", "github", "jsonl")}
        wsrig("run", scenario, "--artifacts", self.path("artifacts"), "--seed", "5",
              *(word for kind, path in names.items() for word in ("--" + kind, path)), check=1)
        return names

    def test_readers_accept_them(self):
        names = self.run_all()
        with open(names["json"], encoding="utf-8") as file:
            document = json.load(file)
        self.assertEqual([case["grade"] for case in document["cases"]], ["ok", "fail"])
        self.assertEqual(document["seed"], 5)
        self.assertIn("run", document["argv"])
        suites = xml.etree.ElementTree.parse(names["junit"]).getroot()
        self.assertEqual(len(suites.findall(".//testcase")), 2)
        self.assertEqual(len(suites.findall(".//failure")), 1)
        with open(names["jsonl"], encoding="utf-8") as file:
            events = [json.loads(line) for line in file]
        self.assertEqual(len(events), 4)
        with open(names["tap"], encoding="utf-8") as file:
            tap = file.read()
        self.assertTrue(tap.startswith("TAP version 14\n"))
        self.assertIn("\n1..2\n", tap)
        with open(names["html"], encoding="utf-8") as file:
            html = file.read()
        self.assertNotIn("<script>alert", html)
        for network in ("src=\"http", "@import", "url(http", "<link"):
            self.assertNotIn(network, html)
        artifacts = sorted(os.listdir(self.path("artifacts")))
        self.assertEqual(artifacts, ["own_bad.pcapng", "own_bad.txt"])

    def test_a_report_that_cannot_be_written_is_said_before_the_run(self):
        scenario = self.write("own.yaml", SCENARIO)
        result = wsrig("run", scenario, "--json", "/nowhere/out.json", check=3)
        self.assertIn("/nowhere/out.json", result.stderr)
        self.assertNotIn("own", result.stdout)


class Selection(Folder):
    def test_by_alias_tag_level_and_glob(self):
        scenario = self.write("own.yaml", SCENARIO)
        for options, ids in ((["--only", "number-two"], ["own/bad"]), (["--tag", "wrong"], ["own/bad"]),
                             (["--tag", "!wrong"], ["own/good"]), (["--only", "own/g*"], ["own/good"]),
                             (["--skip", "*bad"], ["own/good"]), (["--shard", "2/2"], ["own/bad"]),
                             (["--level", "must"], ["own/good", "own/bad"])):
            self.assertEqual(wsrig("list", scenario, *options, check=0).stdout.split(), ids, options)

    def test_an_unknown_id_suggests_the_nearest(self):
        result = wsrig("run", self.write("own.yaml", SCENARIO), "--only", "own/goud", check=2)
        self.assertIn("own/good", result.stderr)

    def test_an_empty_selection_is_a_mistake(self):
        wsrig("run", self.write("own.yaml", SCENARIO), "--level", "may", check=2)

    def test_explain_and_schema(self):
        self.assertIn("5.4-fragmentation/ping-between-fragments", wsrig("explain", "autobahn-5.6", check=0).stdout)
        json.loads(wsrig("schema", check=0).stdout)


class Mistakes(Folder):
    def test_a_broken_file_is_shown_with_its_caret(self):
        broken = self.write("broken.yaml", SCENARIO.replace('> text "Hello"', '> pin "Hello"'))
        result = wsrig("run", broken, check=2)
        line = 8
        self.assertIn(f"broken.yaml:{line}:9: unknown frame kind 'pin'", result.stderr)
        self.assertIn("^", result.stderr)
        self.assertIn("did you mean 'ping'?", result.stderr)
        self.assertEqual(wsrig("check", broken, check=2).stderr.count("unknown frame kind"), 1)

    def test_options(self):
        for arguments, text in ((["test", "ws://127.0.0.1:1", "--orakle", "ping"], "--oracle"),
                                (["tset", "ws://127.0.0.1:1"], "test"), (["test"], "URL"),
                                (["test", "http://127.0.0.1:1"], "http"),
                                (["test", "ws://127.0.0.1:1", "--oracle", "pong"], "ping"),
                                (["test", "ws://127.0.0.1:1", "--limit", "mesage=1MiB"], "message"),
                                (["test", "ws://127.0.0.1:1", "--within", "2"], "2"),
                                (["test", "ws://127.0.0.1:1", "--shard", "3/2"], "3/2"),
                                (["run", "/nowhere.yaml"], "/nowhere.yaml")):
            self.assertIn(text, wsrig(*arguments, check=2).stderr, arguments)

    def test_nobody_there(self):
        result = wsrig("test", "ws://127.0.0.1:1", check=3)
        self.assertIn("refused", result.stdout + result.stderr)


class Grades(Folder):
    def test_what_fails_a_run(self):
        scenario = self.write("own.yaml", SCENARIO.replace("must: RFC 6455 §5.6\n    about: Does", "should: RFC 6455 §5.6\n    about: Does"))
        wsrig("run", scenario, check=0)
        wsrig("run", scenario, "--fail-on", "should", check=1)
        wsrig("run", scenario, "--strict", check=1)

    def test_fail_fast(self):
        scenario = self.write("own.yaml", SCENARIO)
        with echo("--misbehave", "corrupt-echo") as url:
            document = report("run", url, scenario, "--fail-fast", "-j", "1", check=1)
        self.assertEqual(len(document["cases"]), 1)

    def test_baseline(self):
        scenario = self.write("own.yaml", SCENARIO)
        expected = self.path("expected.yaml")
        wsrig("run", scenario, "--expected", expected, check=2)
        wsrig("run", scenario, "--expected", expected, "--update-expected", check=0)
        wsrig("run", scenario, "--expected", expected, check=0)
        better = self.write("own.yaml", SCENARIO.replace("something else", "<script>alert(1)</script> \\u0000\\u001b[31m ]]>"))
        wsrig("run", better, "--expected", expected, check=1)
        renamed = self.write("own.yaml", SCENARIO.replace("id: bad", "id: bat"))
        self.assertIn("own/bat", wsrig("run", renamed, "--expected", expected, check=2).stderr)

    def test_nothing_judged_is_a_failure(self):
        with echo() as url:
            wsrig("test", url, "--only", "*subprotocols/chosen", check=1)


class Services(Folder):
    def test_services_start_in_order_and_are_stopped(self):
        mark = f"a service of test {os.getpid()}"
        text = SCENARIO.replace("cases:", f"""services:
  subject: {{ use: echo, args: ["--mode", "echo"], needs: [helper] }}
  helper:
    exec: ["{sys.executable}", "-c", "print('up', flush=True); import time; time.sleep(600)", "{mark}"]
    ready: {{ log: "^up$", timeout: 20s }}
cases:""")
        wsrig("run", self.write("own.yaml", text), "--only", "own/good", check=0)
        self.assertEqual(subprocess.run(["pgrep", "-f", mark], capture_output=True, check=False).stdout, b"")

    def test_a_service_that_does_not_start_is_an_environment_error(self):
        text = SCENARIO.replace("cases:", "services:\n  other: { exec: [/nowhere/server], ready: { log: up, timeout: 5s } }\ncases:")
        result = wsrig("run", self.write("own.yaml", text), check=3)
        self.assertIn("/nowhere/server", result.stdout + result.stderr)


class Interrupt(Folder):
    def test_ends_with_a_complete_report(self):
        slow = SCENARIO.replace('      < text "Hello"', '      pause 60s\n      < text "Hello"')
        scenario = self.write("own.yaml", slow)
        events = self.path("events.jsonl")
        with process([program("wsrig"), "run", scenario, "--json", self.path("out.json"), "--jsonl", events,
                      "--verbose"]) as child:
            while "FAIL" not in child.stdout.readline():
                pass
            child.send_signal(signal.SIGINT)
            child.communicate(timeout=60)
            self.assertEqual(child.returncode, 130)
        with open(self.path("out.json"), encoding="utf-8") as file:
            document = json.load(file)
        self.assertEqual({case["id"]: case["grade"] for case in document["cases"]}, {"own/good": "error", "own/bad": "fail"})


BUSY = """\
wsrig: 1
suite: busy
cases:
  - id: large
    must: RFC 6455 §6.2
    about: Takes its time.
    within: 30s
    steps: |
      > binary random(1MiB)
      < binary ${sent}
  - id: small
    must: RFC 6455 §6.2
    about: Has two seconds.
    for: { number: ["1", "2", "3", "4"] }
    steps: |
      pause 300ms
      > text "${number}"
      < text "${number}"
"""


class BusySubject(Folder):
    def test_what_takes_long_keeps_nothing_brief_waiting(self):
        with line_server([*python_server("websockets_echo.py"), "busy"]) as url:
            wsrig("run", url, self.write("busy.yaml", BUSY), check=0)


class RudeSubjects(unittest.TestCase):
    """Each ends the run in bounded time with a verdict for every case."""

    def judge(self, behaviour, exit_code, jobs=32):
        with line_server([*python_server("rude_server.py"), behaviour]) as url:
            return report("test", url, "--only", "*5.5-control*", "--within", "300ms", "--handshake-timeout", "500ms",
                          "-j", str(jobs), check=exit_code)

    def test_each(self):
        for behaviour in ("hang", "close", "reset", "garbage", "flood", "bomb", "half"):
            with self.subTest(behaviour=behaviour):
                document = self.judge(behaviour, 1)
                self.assertGreater(len(document["cases"]), 15)
                self.assertEqual({case["grade"] for case in document["cases"]} - {"error", "fail"}, set())

    def test_silence_is_said_at_once(self):
        with line_server([*python_server("rude_server.py"), "hang"]) as url:
            done = wsrig("test", url, "--only", "*5.5-control*", "--handshake-timeout", "200ms", "-j", "1", check=1)
        self.assertIn("does not answer the opening handshake", done.stderr)

    def test_a_crash_is_told_with_the_case_that_met_it(self):
        # One by one: side by side, all of them may have connected before the crash.
        document = self.judge("crash", 1, jobs=1)
        self.assertIn("first_unreachable", document)
        self.assertTrue(document["first_unreachable"].startswith("rfc6455/5.5-control/"))


if __name__ == "__main__":
    unittest.main()
