"""What wsrig-load tells, read by those it is for: JSON, HdrHistogram's library, Prometheus' format, statsd, a browser."""
import contextlib
import json
import os
import pty
import re
import signal
import socket
import subprocess
import unittest
import urllib.request

import hdr
from browser import CHROMIUM, Browser
from shards import expected_code
from support import NODE_MODULES, PATIENCE, echo, folder, node_server, program, run, wsrig

LOAD = ["-c", "5", "-r", "200", "-d", "1200ms", "--seed", "3"]


def load(url, *arguments, check=None):
    return run(program("wsrig-load"), url, *arguments, check=check)


class Documents(unittest.TestCase):
    """One run, told in every way."""

    @classmethod
    def setUpClass(cls):
        context = folder()
        cls.folder = context.__enter__()
        cls.addClassCleanup(context.__exit__, None, None, None)
        with echo() as url, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as statsd:
            statsd.bind(("127.0.0.1", 0))
            cls.url = url
            files = {name: os.path.join(cls.folder, name) for name in ("json", "jsonl", "html", "hdr-log", "percentiles")}
            cls.result = load(url, *LOAD, *(word for name, path in files.items() for word in ("--" + name, path)),
                              "--statsd", "127.0.0.1:%d" % statsd.getsockname()[1],
                              "--threshold", "rtt p50 < 1m", "--threshold", "errors == 0")
            statsd.setblocking(False)
            cls.datagrams = list(iter(lambda: receive(statsd), None))
        cls.text = {name: read(path) for name, path in files.items()}
        cls.document = json.loads(cls.text["json"])
        cls.sent = cls.document["total"]["counters"]["messages_sent"]

    def test_table(self):
        for words in (r"rtt +\d", fr"messages +{self.sent} sent", r"errors +0", r" errors == 0   it is 0", "seed 3"):
            self.assertRegex(self.result.stdout, words)

    def test_json(self):
        document = self.document
        self.assertEqual((document["schema"], document["seed"], document["url"]), ("wsrig-load/1", 3, self.url))
        self.assertEqual(self.result.returncode, document["exit_code"])
        self.assertEqual(self.result.returncode, expected_code(document))
        self.assertEqual(document["argv"][2:8], LOAD[:6])
        total = document["total"]
        self.assertEqual(total["counters"]["scheduled"], 240)
        self.assertEqual(total["counters"].get("missed_sends", 0), 240 - self.sent)
        rtt = total["timings"]["rtt"]
        self.assertEqual(rtt["count"], self.sent)
        self.assertLessEqual(rtt["p50_ns"], rtt["p99_ns"])
        # Seconds add up to their phase, and phases to the whole, bucket by bucket.
        (phase,) = document["phases"]
        seconds = [hdr.decode(second["figures"]["timings"]["rtt"]["hdr"]) for second in phase["seconds"]
                   if "rtt" in second["figures"]["timings"]]
        self.assertEqual(hdr.add(*seconds), hdr.decode(rtt["hdr"]))

    def test_json_lines(self):
        events = [json.loads(line) for line in self.text["jsonl"].splitlines()]
        self.assertEqual([events[0]["event"], events[-1]["event"]], ["start", "end"])
        self.assertEqual({event["event"] for event in events[1:-1]}, {"second"})
        self.assertEqual(sum(event["figures"]["counters"].get("messages_sent", 0) for event in events[1:-1]), self.sent)
        self.assertEqual(events[-1]["total"]["counters"]["messages_sent"], self.sent)

    def test_hdr_histogram_reads_the_log(self):
        question = {"samples": [1], "hdr": self.document["total"]["timings"]["rtt"]["hdr"], "log": self.text["hdr-log"]}
        others = json.loads(run(*node_server("other_histograms.js"), NODE_MODULES, feed=json.dumps(question), check=0).stdout)
        self.assertEqual(sum(line["count"] for line in others["log"] if line["tag"] == "rtt"), self.sent)
        self.assertEqual(others["hdr"]["count"], self.sent)

    def test_percentile_text(self):
        blocks = re.findall(r"^# (\w+)\n +Value +Percentile TotalCount 1/\(1-Percentile\)\n\n((?: .*\n)+)#\[Mean",
                            self.text["percentiles"], re.MULTILINE)
        rtt = dict(blocks)["rtt"].splitlines()
        self.assertEqual(rtt[-1].split()[1:], ["1.000000000000", str(self.sent)])
        self.assertEqual([float(line.split()[0]) for line in rtt], sorted(float(line.split()[0]) for line in rtt))

    def test_statsd(self):
        lines = [line for datagram in self.datagrams for line in datagram.decode().split("\n")]
        for line in lines:
            self.assertRegex(line, r"^wsrig_load\.[a-z0-9_.]+:[0-9.]+\|[cg]$")
        sent = [int(line[len("wsrig_load.messages_sent:"):-2]) for line in lines if line.startswith("wsrig_load.messages_sent:")]
        self.assertEqual(sum(sent), self.sent)

    def test_compared_with_itself_there_is_no_difference(self):
        path = os.path.join(self.folder, "json")
        result = wsrig("compare", path, path, "--json", "-")
        report = json.loads(result.stdout)
        self.assertEqual({figure["ratio"] for figure in report["figures"]}, {1})
        self.assertEqual(report["pairs"], 1)
        self.assertIn("B against A", result.stderr)


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def receive(statsd):
    try:
        return statsd.recv(65536)
    except BlockingIOError:
        return None


@unittest.skipUnless(CHROMIUM, "no chromium: ci/setup installs it")
class Page(unittest.IsolatedAsyncioTestCase):
    async def test_a_browser_shows_it_and_asks_for_nothing(self):
        with echo() as url, folder() as where:
            path = os.path.join(where, "run.html")
            load(url, *LOAD, "--html", path)
            async with Browser.start() as browser:
                await browser.open("file://" + path)
                self.assertGreaterEqual(await browser.run("document.querySelectorAll('svg').length"), 5)
                self.assertEqual(await browser.run("[...document.querySelectorAll('svg')].filter(one => !one.getBBox().width).length"), 0)
                self.assertEqual((browser.errors, browser.requested), ([], ["file://" + path]))


class WhileItRuns(unittest.TestCase):
    def test_a_terminal_shows_how_it_goes(self):
        shown = self.on_a_terminal({})
        self.assertRegex(shown, r"^(\r\x1b\[K +\d+ s  load  2 connections  [\d.]+/s  rtt p50 .*)+\r\x1b\[K$")

    def test_the_log_of_a_ci_service_is_no_terminal(self):
        self.assertEqual(self.on_a_terminal({"CI": "true"}), "")

    def on_a_terminal(self, environment):
        """What is shown on a terminal beside the table, which goes elsewhere."""
        try:
            terminal, end = pty.openpty()
        except OSError as error:
            self.skipTest(f"no terminal can be had here: {error}")
        with echo() as url, subprocess.Popen([program("wsrig-load"), url, "-c", "2", "-r", "100", "-d", "1100ms"],
                                             stdout=subprocess.DEVNULL, stderr=end, env={**os.environ, **environment}) as child:
            os.close(end)
            text = b""
            with contextlib.suppress(OSError):  # how Linux says that the other end is closed
                while piece := os.read(terminal, 4096):
                    text += piece
            self.assertEqual(child.wait(), 0)
        os.close(terminal)
        return text.decode()

    def test_prometheus_and_an_interrupt(self):
        with echo() as url, folder() as where:
            path = os.path.join(where, "run.json")
            child = subprocess.Popen([program("wsrig-load"), url, "-c", "2", "-r", "100", "-d", "10m", "--prometheus", "127.0.0.1:0",
                                      "--json", path], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
            try:
                address = re.search(r"metrics at (http://\S+)", child.stderr.readline())[1]
                sent = 0
                while sent == 0:  # the first second has to pass
                    with urllib.request.urlopen(address) as answer:
                        text = answer.read().decode()
                    sent = int(re.search(r"^wsrig_load_messages_sent_total (\d+)$", text, re.MULTILINE)[1])
                for line in text.splitlines():
                    self.assertRegex(line, r'^(# (HELP|TYPE) .*|[a-z_]+(\{[a-z]+="[^"]*"\})? [0-9.e+-]+)$')
                self.assertIn("# TYPE wsrig_load_rtt_seconds summary", text)
                child.send_signal(signal.SIGINT)
                output, _ = child.communicate(timeout=PATIENCE)
            finally:
                child.kill()
            self.assertEqual(child.returncode, 130)
            self.assertIn("interrupted", output)
            document = json.loads(read(path))
            self.assertTrue(document["interrupted"])
            self.assertGreaterEqual(document["total"]["counters"]["messages_sent"], sent)


SCENARIO = """\
wsrig: 1
suite: own
services: {{ echo: {{ use: echo }} }}
load:
  url: "${{echo.url}}"
  mix: [ {{ weight: 1, message: text, bytes: {size} }} ]
  phases: [ {{ name: steady, connections: 2, rate: 400/s, for: 100ms }} ]
"""


class CompareRuns(unittest.TestCase):
    def write(self, where, name, size):
        path = os.path.join(where, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(SCENARIO.format(size=size))
        return path

    def test_two_scenarios_are_run_in_turn(self):
        with folder() as where:
            small, large = self.write(where, "a.yaml", "64B"), self.write(where, "b.yaml", "128B")
            result = wsrig("compare", "--run", small, large, "--repeats", "3", "--json", "-")
            report = json.loads(result.stdout)
            self.assertEqual(report["pairs"], 3)
            self.assertEqual({figure["between_runs"] for figure in report["figures"]}, {True})
            self.assertEqual(re.findall(r"^\d of 6: ([AB])", result.stderr, re.MULTILINE), list("ABABAB"))
            self.assertEqual(result.returncode, report["exit_code"])

    def test_a_file_without_a_load_is_a_mistake(self):
        with folder() as where:
            path = os.path.join(where, "x.yaml")
            with open(path, "w", encoding="utf-8") as file:
                file.write("wsrig: 1\nsuite: own\ncases: []\n")
            result = wsrig("compare", "--run", path, path)
            self.assertEqual(result.returncode, 2, result.stderr)


class Mistakes(unittest.TestCase):
    def test_thresholds(self):
        with echo() as url:
            # A closed loop has no schedule that a busy machine could keep it from.
            closed = ["--closed", "-d", "300ms"]
            passed = load(url, *closed, "--threshold", "rtt p50 < 1m", "-t", "errors == 0", "-t", "errors < 0.1%", check=0)
            self.assertIn("ok    rtt p50 < 1m   it is", passed.stdout)
            failed = load(url, *closed, "--threshold", "rtt p50 < 1ns", check=1)
            self.assertRegex(failed.stdout, r"FAIL  rtt p50 < 1ns   it is \d")
            short = load(url, *closed, "--threshold", "rtt p99.99999 < 1m", check=1)
            self.assertIn("the run is too short for it", short.stdout)
            unseen = load(url, *closed, "--threshold", "tls p50 < 1m", check=1)
            self.assertIn("no sample was taken", unseen.stdout)
        wrong = load("ws://127.0.0.1:1/", "--threshold", "rtt p99 < 10", check=2)
        self.assertIn("here stands a time, such as 10ms", wrong.stderr)
        self.assertIn("\n      |           ^~", wrong.stderr)

    def test_what_cannot_be_written_is_said_before_the_run(self):
        with echo() as url, folder() as where:
            for option, path, why in (("--json", "/nonexistent/run.json", "No such file or directory"),
                                      ("--html", where, "Is a directory"),
                                      ("--json", "/dev/full", "No space left on device"),
                                      ("--jsonl", "/dev/full", "No space left on device"),
                                      ("--shards", "/dev/null/x", "Not a directory")):
                result = load(url, "-d", "10m", option, path, check=3)
                self.assertIn(why, result.stderr, option)
                self.assertEqual(result.stdout, "")

    def test_documents_that_are_none(self):
        with folder() as where:
            path = os.path.join(where, "x.json")
            with open(path, "w", encoding="utf-8") as file:
                file.write('{"schema": "wsrig-report/1"}')
            for command in (["merge", path], ["compare", path, path]):
                self.assertIn("'wsrig-load/1' is expected", wsrig(*command, check=2).stderr)
            self.assertIn("pairs of documents", wsrig("compare", path, check=2).stderr)
            self.assertIn("no shard-N-of-M.json", wsrig("merge", where, check=2).stderr)
            self.assertIn("No such file", wsrig("merge", os.path.join(where, "none"), check=2).stderr)


if __name__ == "__main__":
    unittest.main()
