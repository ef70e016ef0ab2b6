"""wsrig-load against our own echo, peers that we did not write, proxies, and servers that lie, hang or go away."""
import collections
import contextlib
import json
import os
import signal
import subprocess
import unittest

import support
from proxy_process import Proxy

LOAD = support.program("wsrig-load")


def load(url, *options, check=0):
    """Runs a load and gives its JSON document."""
    done = support.run(LOAD, url, "--json", "-", "--quiet", *options, check=check)
    return json.loads(done.stdout)


def counters(document):
    """The sum of the counters over all recorded phases."""
    total = collections.Counter()  # those that are 0 are left out of the document
    for phase in document["phases"]:
        total.update(phase["figures"]["counters"])
    return total


def errors(document):
    return {kind: count for phase in document["phases"] for kind, count in phase["figures"]["errors"].items()}


def lying(lie):
    return support.line_server(support.python_server("lying_server.py") + [lie])


class Models(unittest.TestCase):
    def test_open_loop_sends_what_the_schedule_says(self):
        with support.echo() as url:
            document = load(url, "-c", "20", "-r", "1000", "-d", "500ms", "--seed", "7")
        got = counters(document)
        self.assertEqual(got["scheduled"], 500)
        self.assertEqual(got["messages_sent"], got["messages_received"])
        self.assertEqual(got["messages_sent"] + got["missed_sends"], 500)
        self.assertEqual(got["connects_opened"], 20)
        self.assertEqual(document["seed"], 7)
        for kind in ("lost", "duplicated", "reordered", "corrupted", "unexpected", "unanswered"):
            self.assertEqual(got[kind], 0, kind)

    def test_closed_loop_keeps_its_depth_and_blast_floods(self):
        with support.echo() as url:
            for model in (["--closed", "--depth", "5"], ["--blast"]):
                got = counters(load(url, "-c", "3", "-d", "300ms", *model))
                self.assertGreater(got["messages_sent"], 0, model)
                self.assertEqual(got["messages_sent"], got["messages_received"], model)
                self.assertEqual(got["unexpected"] + got["corrupted"], 0, model)

    def test_hold_pings_and_nothing_else(self):
        with support.echo() as url:
            got = counters(load(url, "-c", "50", "--hold", "--ping-interval", "100ms", "-d", "500ms"))
        self.assertEqual(got["messages_sent"], 0)
        self.assertGreater(got["pings_sent"], 0)
        self.assertEqual(got["pings_sent"], got["pongs_received"])

    def test_hold_pings_each_connection_of_a_shard_as_often(self):
        with support.echo() as url:
            got = counters(load(url, "-c", "30", "--hold", "--ping-interval", "100ms", "-d", "1s", "--rank", "1", "--world", "3"))
        self.assertEqual(got["connects_opened"], 10)
        # Ten in a second on each of ten connections, when the machine has time; a third part would be 34.
        self.assertGreater(got["pings_sent"], 50)
        self.assertLessEqual(got["pings_sent"], 100)

    def test_churn_closes_each_connection_after_its_messages(self):
        with support.echo() as url:
            document = load(url, "-c", "4", "--closed", "--churn", "3", "-d", "500ms")
        got = counters(document)
        self.assertGreater(got["connects_opened"], 4)
        self.assertLessEqual(got["messages_sent"], 3 * got["connects_opened"])
        self.assertEqual(errors(document), {})

    def test_connections_grow_while_it_runs(self):
        with support.echo() as url:
            document = load(url, "-c", "0..30", "-r", "200", "-d", "600ms")
        self.assertTrue(20 <= document["phases"][0]["connections"] <= 30)

    def test_warm_up_is_not_recorded(self):
        with support.echo() as url:
            document = load(url, "-r", "200", "-d", "300ms", "--warmup", "200ms")
        self.assertEqual([phase["recorded"] for phase in document["phases"]], [False, True])

    def test_find_the_limit_reports_the_curve(self):
        with support.echo() as url:
            document = load(url, "-c", "2", "-r", "100", "-d", "100ms", "--find-limit", "scheduled < 50")
        search = document["search"]
        self.assertGreater(len(search["probes"]), 1)
        # On a busy machine the generator may be the limit, and says so; beyond 500/s the criterion is.
        self.assertLess(search["limit"], 500)
        self.assertFalse(any(probe["passed"] for probe in search["probes"] if probe["rate"] >= 500))

    def test_broadcast_counts_from_the_senders_time(self):
        with lying("broadcast") as url:
            receiver = [LOAD, url, "-c", "5", "--receive", "-d", "1s", "--json", "-", "--jsonl", "/dev/stderr", "-q"]
            with subprocess.Popen(receiver, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as running:
                running.stderr.readline()  # it has begun; now its connections are made, and counted on the way
                load(url, "-r", "100", "-d", "300ms", "--replies", "none")
                out, _ = running.communicate(timeout=support.PATIENCE)
        got = counters(json.loads(out))
        self.assertGreater(got["messages_received"], 0)
        self.assertEqual(got["lost"] + got["duplicated"] + got["reordered"] + got["corrupted"], 0)


class Traffic(unittest.TestCase):
    def test_every_kind_of_message_comes_back_whole(self):
        mix = ["-m", "5 text lognormal(p50=128B, p99=4KiB)", "-m", "3 binary 16KiB frag=4KiB", "-m", "1 ping 8B",
               "-m", "2 binary uniform(0B, 100B) frag=random(5)", "-m", "2 text zipf(max=300B, s=1.1) cut=7B"]
        with support.echo("--fragment", "100B") as url:
            def run(masking):
                return counters(load(url, "-c", "5", "-r", "300", "-d", "400ms", "--mask", masking, *mix))

            for got in support.side_by_side(run, ("random", "zero", "37fa213d")):
                self.assertEqual(got["unanswered"] + got["unexpected"] + got["corrupted"] + got["reordered"], 0, got)
                self.assertEqual(got["pings_sent"], got["pongs_received"])

    def test_compression_with_its_parameters(self):
        with support.echo() as url:
            def run(parameters):
                return counters(load(url, "-r", "200", "-d", "300ms", "-m", "text 2KiB", "--deflate", parameters))

            for got in support.side_by_side(run, ("", "client_no_context_takeover",
                                                  "server_max_window_bits=9; client_max_window_bits=9")):
                self.assertEqual(got["messages_sent"], got["messages_received"])
                self.assertLess(got["octets_sent"], got["messages_sent"] * 2048)

    def test_without_a_mask_the_server_fails_the_connection(self):
        with support.echo() as url:
            document = load(url, "-r", "10", "-d", "300ms", "--mask", "none")
        self.assertIn("1002", document["phases"][0]["figures"]["close_codes"])

    def test_same_seed_same_octets(self):
        with support.echo() as url:
            def run(seed):
                return counters(load(url, "-r", "200", "-d", "300ms", "--seed", seed, "-m", "binary lognormal(p50=1KiB, p99=8KiB)"))

            sent = support.side_by_side(run, "33")
        self.assertEqual(sent[0]["octets_sent"], sent[1]["octets_sent"])

    def test_replayed_messages_with_data_of_their_own(self):
        with support.folder() as where, support.echo() as url:
            data, replay = os.path.join(where, "users.csv"), os.path.join(where, "list.jsonl")
            with open(data, "w", encoding="utf-8") as file:
                file.write('user,room\nada,"a ""quoted"" room"\nbob,plain\n')
            with open(replay, "w", encoding="utf-8") as file:
                file.write('{"text": "{\\"id\\": ${seq}, \\"user\\": \\"${row.user}\\"}"}\n{"binary": "AAEC"}\n')
            got = counters(load(url, "-c", "4", "-r", "200", "-d", "300ms", "--replay", replay, "--data", data))
            self.assertEqual(got["unanswered"] + got["unexpected"] + got["lost"], 0, got)
            with open(replay, "w", encoding="utf-8") as file:
                file.write('{"text": "{\\"id\\": ${seq}, \\"at\\": [{\\"id\\": ${seq}}]}"}\n')

            def run(rule):
                return counters(load(url, "-r", "200", "-d", "300ms", "--replay", replay, "--replies", rule))

            for got in support.side_by_side(run, ("json:id", "json:/at/0/id", 'regex:"id": (?<key>\\d+)', "any")):
                self.assertEqual(got["unanswered"] + got["unexpected"] + got["lost"], 0, got)
                self.assertGreater(got["messages_received"], 0)

    def test_mistakes_in_a_file_to_replay_have_their_place(self):
        with support.folder() as where:
            replay = os.path.join(where, "list.jsonl")
            for line, place in (("nonsense", "1:1: this is not JSON"), ('{"text": "a", "text": "b"}', "1:15: the key 'text'")):
                with open(replay, "w", encoding="utf-8") as file:
                    file.write(line + "\n")
                self.assertIn(f"{replay}:{place}", support.run(LOAD, "ws://127.0.0.1:1/", "--replay", replay, check=2).stderr)

    def test_broken_frames_on_connections_of_their_own(self):
        broken = ["--broken", 'text rsv1 "x"', "--broken", "op=3", "--broken", "ping fin=0", "--broken-share", "10%"]
        with support.echo() as url:
            got = counters(load(url, "-c", "3", "-r", "300", "-d", "500ms", *broken))
        self.assertGreater(got["violations_sent"], 0)
        self.assertEqual(got["violations_missed"], 0)
        self.assertEqual(got["disconnected"], 0)

    def test_a_prefix_before_each_reply(self):
        with support.echo("--mode", "prefix", "--prefix", "re: ") as url:
            got = counters(load(url, "-r", "200", "-d", "300ms", "-m", "text 64B", "--replies", "prefix:re: "))
        self.assertEqual(got["messages_sent"], got["messages_received"])
        self.assertEqual(got["unexpected"] + got["unanswered"], 0)


class Lies(unittest.TestCase):
    """Each is counted for what it is, and nothing else is."""

    def judge(self, lie):
        with lying(lie) as url:
            got = counters(load(url, "-c", "2", "-r", "400", "-d", "500ms", "--drain", "500ms"))
        kinds = ("lost", "duplicated", "reordered", "corrupted", "unexpected")
        return {kind: got[kind] for kind in kinds if got[kind]}

    def test_lies(self):
        kinds = {"drop": "lost", "double": "duplicated", "swap": "reordered", "flip": "corrupted", "push": "unexpected"}
        found = support.side_by_side(self.judge, kinds)
        self.assertEqual([list(found_here) for found_here in found], [[kind] for kind in kinds.values()])


class Peers(unittest.TestCase):
    OPTIONS = ("-c", "10", "-r", "300", "-d", "500ms", "-m", "2 text 100B", "-m", "1 binary 5KiB frag=1KiB")

    def expect_clean(self, url, *options):
        document = load(url, *self.OPTIONS, *options)
        got = counters(document)
        self.assertEqual(got["messages_sent"], got["messages_received"], got)
        self.assertEqual(errors(document), {})
        return document

    def test_python_websockets(self):
        with support.line_server(support.python_server("websockets_echo.py")) as url:
            self.expect_clean(url)
            self.expect_clean(url, "--deflate", "")

    def test_npm_ws(self):
        with support.line_server(support.node_server("ws_echo.js")) as url:
            self.expect_clean(url)

    def test_through_wsrig_proxy_and_tls(self):
        with support.echo() as url, Proxy("--route", "/=" + url) as proxy:
            self.expect_clean(proxy.url)
        with support.echo(listen="wss://127.0.0.1:0") as url:
            document = self.expect_clean(url, "--insecure")
            self.assertGreater(document["phases"][0]["figures"]["timings"]["tls"]["count"], 0)


class Trouble(unittest.TestCase):
    def test_nobody_there(self):
        url = f"ws://127.0.0.1:{support.free_port()}/"
        document = load(url, "-c", "3", "-d", "10s", check=3)
        self.assertIn("connect: Connection refused", errors(document))

    def test_rude_servers_end_in_a_report(self):
        def meet(manner):
            with support.line_server(support.python_server("rude_server.py") + [manner]) as url:
                return manner, support.run(LOAD, url, "-q", "-c", "1", "-r", "50", "-d", "300ms", "--drain", "100ms",
                                           "--handshake-timeout", "300ms", "--close-timeout", "200ms", "--json", "-")

        for manner, done in support.side_by_side(meet, ("close", "reset", "garbage", "half", "flood", "hang")):
            with self.subTest(manner):
                self.assertIn(done.returncode, (0, 3), done.stderr)
                document = json.loads(done.stdout)
                got = counters(document)
                self.assertTrue(errors(document) or got["unexpected"] or got["disconnected"], manner)

    def test_interrupted_with_a_complete_report(self):
        with support.echo() as url:
            command = [LOAD, url, "-r", "100", "-d", "100s", "--json", "-", "--jsonl", "/dev/stderr", "-q"]
            with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as running:
                while '"event":"second"' not in running.stderr.readline().replace(" ", ""):
                    self.assertIsNone(running.poll())
                running.send_signal(signal.SIGINT)
                out, _ = running.communicate(timeout=support.PATIENCE)
        self.assertEqual(running.returncode, 130)
        document = json.loads(out)
        self.assertTrue(document["interrupted"])
        self.assertGreater(counters(document)["messages_received"], 0)

    def test_a_server_that_dies_in_the_middle(self):
        with support.process([support.program("wsrig-echo"), "--listen", "ws://127.0.0.1:0"]) as echo:
            url = json.loads(echo.stdout.readline())["url"]
            command = [LOAD, url, "-c", "3", "-r", "100", "-d", "1500ms", "--json", "-", "--jsonl", "/dev/stderr", "-q"]
            with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as running:
                while '"event":"second"' not in running.stderr.readline().replace(" ", ""):
                    self.assertIsNone(running.poll())
                echo.kill()
                out, _ = running.communicate(timeout=support.PATIENCE)
        document = json.loads(out)
        got = counters(document)
        self.assertGreater(got["messages_received"], 0)
        self.assertGreater(got["missed_sends"], 0)
        self.assertIn("connect: Connection refused", errors(document))

    def test_a_report_that_cannot_be_written_is_said_before_the_run(self):
        done = support.run(LOAD, "ws://127.0.0.1:1/", "-d", "100s", "--json", "/nowhere/x.json", check=3)
        self.assertIn("/nowhere/x.json", done.stderr)

    def test_thresholds_decide_the_exit_code(self):
        with support.echo() as url:
            common = [LOAD, url, "-q", "-c", "2", "--closed", "-d", "300ms", "--threshold"]
            support.run(*common, "errors == 0", check=0)
            support.run(*common, "rtt p50 < 1ns", check=1)

    def test_a_frozen_server_shows_in_the_corrected_time_only(self):
        with support.process([support.program("wsrig-echo"), "--listen", "ws://127.0.0.1:0"]) as echo:
            url = json.loads(echo.stdout.readline())["url"]
            command = [LOAD, url, "-c", "1", "-r", "1000", "-d", "4s", "--json", "-", "--jsonl", "/dev/stderr", "-q"]
            with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as running:
                while '"event":"second"' not in running.stderr.readline().replace(" ", ""):
                    self.assertIsNone(running.poll())
                echo.send_signal(signal.SIGSTOP)
                with contextlib.suppress(subprocess.TimeoutExpired):
                    running.wait(timeout=1)
                echo.send_signal(signal.SIGCONT)
                out, _ = running.communicate(timeout=support.PATIENCE)
        rtt = json.loads(out)["phases"][0]["figures"]["timings"]["rtt"]
        self.assertGreaterEqual(rtt["max_ns"], 900_000_000)
        # 1000 of 4000 sends met the freeze, evenly spread over it: a tenth of all waited longer than 600 ms.
        self.assertGreaterEqual(rtt["p90_ns"], 300_000_000)

    def test_mistakes_in_options(self):
        for options in (["-r", "x"], ["--closed", "--blast"], ["--depth", "2"], ["-m", "text"], ["-m", "text 1"],
                        ["--mask", "often"], ["-c", "0"], ["--broken", 'text "fine"'], ["--replies", "json:id"],
                        ["--replies", "json:/a~b"],
                        ["--source", "here"], ["--find-limit", "rtt"], ["-d", "0s"], ["--user", "nobody"]):
            with self.subTest(options):
                self.assertTrue(support.run(LOAD, "ws://127.0.0.1:1/", *options, check=2).stderr)
        self.assertIn("did you mean '--duration'?", support.run(LOAD, "ws://127.0.0.1:1/", "--duratoin", "1s", check=2).stderr)
        support.run(LOAD, "tcp://127.0.0.1:1/", check=2)


if __name__ == "__main__":
    unittest.main()
