"""The standard suite against servers: our own with both engines, and those that we did not write."""
import os
import unittest

from support import (NODE_MODULES, NODE_PARSES, ROOT, echo, folder, line_server, node_server, program, python_server, report, run,
                     wsrig)

SCENARIOS = os.path.join(ROOT, "scenarios", "conformance")
EXPECTED = os.path.join(ROOT, "scenarios", "expected")
# Without what only costs time, and with deadlines that hold on a machine that has other things to do.
QUICK = ("--tag", "!large", "--tag", "!many", "--within", "10s")


def failing(document):
    """Case without its combination -> section, of all that fails the run."""
    return {case["id"].split("[")[0].split("/", 1)[1]: case["section"] for case in document["cases"]
            if case["fails_run"]}


class OurEcho(unittest.TestCase):
    def test_passes_everything_strictly(self):
        document = report("run", SCENARIOS, "--strict", check=0)
        # Its own limit of fragments stops a message in 65536 of them.
        noted = {case["id"].split("/")[-1] for case in document["cases"] if case["grade"] not in ("ok", "skip")}
        self.assertEqual(noted, {"large-text-in-fragments[64]", "large-binary-in-fragments[64]"})

    def test_passes_over_tls(self):
        report("run", SCENARIOS, "--tls", "--strict", *QUICK, check=0)

    def test_tls_is_verified_unless_told_otherwise(self):
        with echo(listen="wss://127.0.0.1:0") as url:
            refused = wsrig("test", url, check=3)
            self.assertIn("certificate", refused.stderr + refused.stdout)
            wsrig("test", url, "--insecure", "--only", "*/hello", check=0)

    def test_built_in_suite_needs_no_folder(self):
        with folder() as elsewhere, echo() as url:
            wsrig("test", url, *QUICK, cwd=elsewhere, check=0)

    def test_fragmented_replies_and_pings_are_legal(self):
        with echo("--fragment", "3B", "--ping-interval", "100ms") as url:
            wsrig("test", url, "--strict", *QUICK, check=0)

    def test_subprotocol_case_runs_when_declared(self):
        with echo("--subprotocol", "chat") as url:
            document = report("test", url, "--subprotocol", "chat", "--only", "*subprotocols/chosen", check=0)
        self.assertEqual([case["grade"] for case in document["cases"]], 4 * ["ok"])

    def test_prefix_oracle(self):
        with echo("--mode", "prefix", "--prefix", "You said: ") as url:
            wsrig("test", url, "--oracle", "prefix:You said: ", *QUICK, check=0)

    def test_ping_oracle_judges_a_server_that_does_not_echo(self):
        with echo("--mode", "sink") as url:
            document = report("test", url, "--oracle", "ping", *QUICK, check=0)
            grades = [case["grade"] for case in document["cases"]]
            self.assertGreater(grades.count("ok"), 80)
            self.assertGreater(grades.count("skip"), 20)
            hint = wsrig("test", url, "--only", "*/hello", "--within", "200ms", "--handshake-timeout", "1s", check=1).stderr
            self.assertIn("--oracle ping", hint)

    def test_passive_oracle(self):
        with echo("--mode", "sink") as url:
            report("test", url, "--oracle", "passive", *QUICK, check=0)

    def test_a_limit_is_no_failure(self):
        with echo("--max-message", "100KiB") as url:
            document = report("test", url, "--only", "*/binary-lengths", "--strict", check=0)
            noted, = [case for case in document["cases"] if case["grade"] == "informational"]
            self.assertIn("--limit message=", noted["message"])
            document = report("test", url, "--only", "*/binary-lengths", "--limit", "message=100KiB", check=0)
            self.assertEqual({case["grade"] for case in document["cases"]}, {"ok"})
        with echo("--max-message", "1KiB") as url:
            wsrig("test", url, "--only", "*/binary-lengths", check=0)
            wsrig("test", url, "--only", "rfc6455/5.6-data/invalid-utf8-in-long-text", check=0)
        with echo("--max-message", "100B") as url:
            wsrig("test", url, "--only", "*/binary-lengths", check=1)

    def test_no_deflate(self):
        with echo("--no-deflate") as url:
            document = report("test", url, "--only", "rfc7692/*", "--no-deflate")
        self.assertTrue(all(case["grade"] in ("ok", "skip") for case in document["cases"]))

    def test_same_seed_same_bytes(self):
        def sent(url, seed):
            case, = report("test", url, "--only", "*/hello", "--seed", seed, check=1)["cases"]
            return [line["text"] for line in case["transcript"] if line["direction"] == ">"]

        with echo("--misbehave", "corrupt-echo") as url:
            self.assertEqual(sent(url, "7"), sent(url, "7"))
            self.assertNotEqual(sent(url, "7"), sent(url, "8"))


class Foreign(unittest.TestCase):
    """Servers that we did not write; what each gets wrong stands in scenarios/expected, with its reason."""

    def judge(self, url, name, *arguments):
        return report("test", url, *QUICK, "--expected", os.path.join(EXPECTED, name + ".yaml"), *arguments, check=0)

    def test_boost_beast(self):
        with echo("--engine", "beast") as url:
            self.judge(url, "beast")

    def test_python_websockets(self):
        with line_server(python_server("websockets_echo.py")) as url:
            self.judge(url, "python3-websockets")

    def test_python_websockets_that_does_not_echo(self):
        with line_server([*python_server("websockets_echo.py"), "mute"]) as url:
            document = report("test", url, "--oracle", "ping", *QUICK)
        self.assertEqual(failing(document)["4.1-refused-requests/host"], "RFC 9112 §3.2")

    def test_npm_ws(self):
        environment = {**os.environ, "WSRIG_NODE_MODULES": NODE_MODULES}
        with line_server(node_server("ws_echo.js"), env=environment) as url:
            self.judge(url, "npm-ws", *NODE_PARSES)


class SlowServer(unittest.TestCase):
    def test_half_a_second_for_each_answer_is_no_failure(self):
        with echo() as url, line_server([*python_server("slow_relay.py"), url, "0.5"]) as slow:
            document = report("test", slow, "-j", "200", "--only", "autobahn-2.*", "--only", "autobahn-5.*",
                              "--only", "autobahn-3.*", "--only", "autobahn-4.*", "--only", "autobahn-7.*", "--strict",
                              check=0)
        self.assertGreater(len(document["cases"]), 80)


class Misbehaviours(unittest.TestCase):
    def test_they_compose(self):
        with echo("--misbehave", "no-pong,corrupt-echo") as url:
            document = report("test", url, "--only", "*/hello", "--only", "*/unsolicited-pong", "--within", "300ms",
                              check=1)
        self.assertEqual(len(document["cases"]), 3)
        self.assertTrue(all(case["fails_run"] for case in document["cases"]))


if __name__ == "__main__":
    unittest.main()
