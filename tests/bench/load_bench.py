#!/usr/bin/env python3
"""Measures wsrig-load against a bare epoll client (and npm's ws, where it is there), all driving a bare echo server.

usage: load_bench.py BUILD_FOLDER [--seconds S] [--rounds N] [--connections N] [--npm FOLDER]

The server has one processor and the client another. The clients take turns in each round, so that what else the machine
does meets them alike; the median of the ratios counts. Besides: opening handshakes a second, the memory of idle
connections, what a frozen server does to the figures, and how late messages leave at half the limit.
"""

import argparse
import json
import os
import shutil
import signal
import statistics
import subprocess
import time

from measured import Server, judge, pinned, private_memory

# connections, messages on their way on each, octets; the part of the bare client's rate to reach.
GOALS = {(1, 1, 32): 0.9, (100, 1, 32): 0.9, (1000, 1, 32): 0.9, (10, 100, 32): 0.6, (10, 4, 65536): 0.7}
NPM_GOAL = 50  # times the rate of npm's ws at 10 connections x 100
HANDSHAKE_GOAL = 0.8
IDLE_GOAL = 2048
FREEZE = 0.2  # seconds
NPM_CLIENT = """
const WebSocket = require('ws');
const [port, connections, depth, size, seconds] = process.argv.slice(1).map(Number);
let count = 0, open = 0;
const body = Buffer.alloc(size, 'x');
for (let i = 0; i < connections; ++i) {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/`, { perMessageDeflate: false });
  socket.on('message', () => { ++count; socket.send(body); });
  socket.on('open', () => {
    if (++open === connections) setTimeout(() => { console.log(count / seconds); process.exit(0); }, seconds * 1000);
    for (let k = 0; k < depth; ++k) socket.send(body);
  });
}
"""


class Bench:
    def __init__(self, arguments):
        self.arguments = arguments
        programs = os.path.join(arguments.build, "tests", "bench", "programs")
        self.bare_echo = [os.path.join(programs, "bare_echo")]
        self.bare_client = os.path.join(programs, "bare_client")
        self.bare_connector = os.path.join(programs, "bare_connector")
        self.load = os.path.join(arguments.build, "bin", "wsrig-load")
        self.echo = [os.path.join(arguments.build, "bin", "wsrig-echo"), "--listen", "ws://127.0.0.1:0",
                     "--max-connections", "100000", "--idle-timeout", "0s"]
        self.reached = []

    def run_load(self, server, *options):
        done = subprocess.run(pinned(1, self.load, server.url, "-q", "--json", "-", *options), capture_output=True, text=True)
        if done.returncode != 0:
            raise RuntimeError(done.stderr)
        return json.loads(done.stdout)["phases"][-1]["figures"]

    def rate_of_load(self, server, connections, depth, size):
        figures = self.run_load(server, "-c", str(connections), "--closed", "--depth", str(depth), "-m",
                                f"binary {size}B", "-d", f"{int(self.arguments.seconds * 1000)}ms")
        return figures["counters"]["messages_received"] / (figures["duration_ns"] / 1e9)

    def rate_of_bare(self, server, connections, depth, size):
        done = subprocess.run(pinned(1, self.bare_client, server.port, *map(str, (connections, depth, size)),
                                     str(self.arguments.seconds)), capture_output=True, text=True, check=True)
        return float(done.stdout.split()[0])

    def rate_of_npm(self, server, connections, depth, size):
        done = subprocess.run(pinned(1, "node", "-e", NPM_CLIENT, server.port, *map(str, (connections, depth, size)),
                                     str(self.arguments.seconds)), capture_output=True, text=True, check=True,
                              env={**os.environ, "NODE_PATH": self.arguments.npm})
        return float(done.stdout)

    def judge(self, *arguments, **how):
        self.reached.append(judge(*arguments, **how))

    def throughput(self):
        print("messages a second: bare client, wsrig-load, median ratio")
        for load, goal in GOALS.items():
            bare, ours = [], []
            for _ in range(self.arguments.rounds):
                for rates, run in ((bare, self.rate_of_bare), (ours, self.rate_of_load)):
                    with Server(self.bare_echo) as server:
                        rates.append(run(server, *load))
            ratio = statistics.median(a / b for a, b in zip(ours, bare))
            self.judge(f"{load[0]} x {load[1]}, {load[2]} B", ratio, goal,
                       f"{statistics.median(bare):12,.0f} {statistics.median(ours):12,.0f}   {ratio:.2f}")

    def against_npm(self):
        if not self.arguments.npm or shutil.which("node") is None:
            return
        with Server(self.bare_echo) as server:
            npm = self.rate_of_npm(server, 10, 100, 32)
        with Server(self.bare_echo) as server:
            ours = self.rate_of_load(server, 10, 100, 32)
        self.judge("10 x 100 against npm's ws", ours / npm, NPM_GOAL, f"{npm:12,.0f} {ours:12,.0f}   {ours / npm:.0f}")

    def handshakes(self):
        bare, ours = [], []
        for _ in range(self.arguments.rounds):
            with Server(self.bare_echo) as server:
                done = subprocess.run(pinned(1, self.bare_connector, server.port, "50", str(self.arguments.seconds)),
                                      capture_output=True, text=True, check=True)
                bare.append(float(done.stdout))
            with Server(self.bare_echo) as server:
                figures = self.run_load(server, "-c", "50", "--closed", "--churn", "0", "--end", "reset", "-d",
                                        f"{int(self.arguments.seconds * 1000)}ms")
                ours.append(figures["counters"]["connects_opened"] / (figures["duration_ns"] / 1e9))
        ratio = statistics.median(a / b for a, b in zip(ours, bare))
        self.judge("opening handshakes a second", ratio, HANDSHAKE_GOAL,
                   f"{statistics.median(bare):12,.0f} {statistics.median(ours):12,.0f}   {ratio:.2f}")

    def idle_memory(self):
        """Octets of private memory that one idle connection costs."""
        sizes = {}
        for count in (100, self.arguments.connections):
            with Server(self.echo) as server:
                command = [self.load, server.url, "-q", "-c", str(count), "--hold", "--ping-interval", "0s", "-d", "60m",
                           "--jsonl", "/dev/stderr", "--source", "127.0.0.2-127.0.0.9", "--json", "-"]
                with subprocess.Popen(pinned(1, *command), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as running:
                    while '"second"' not in running.stderr.readline():
                        pass
                    sizes[count] = private_memory(running.pid)
                    running.send_signal(signal.SIGINT)
                    document = json.loads(running.communicate()[0])
                    assert document["phases"][0]["connections"] == count, document["phases"][0]["connections"]
        few, many = sizes[100], sizes[self.arguments.connections]
        each = (many - few) / (self.arguments.connections - 100)
        self.judge(f"idle: {self.arguments.connections} connections", each, IDLE_GOAL, f"{each:.0f} octets each", is_least=False)

    def freeze(self):
        """Sends that met a freeze of F in a run of T waited for an even share of F: the slowest F/T of all. Percentile p
        is then F - (1 - p) * T."""
        seconds, rate = 2, 10_000
        with Server(self.bare_echo) as server:
            command = [self.load, server.url, "-q", "-c", "100", "-r", str(rate), "-d", f"{seconds}s", "--json", "-", "--jsonl", "/dev/stderr"]
            with subprocess.Popen(pinned(1, *command), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as running:
                while '"second"' not in running.stderr.readline():
                    pass
                server.process.send_signal(signal.SIGSTOP)
                time.sleep(FREEZE)
                server.process.send_signal(signal.SIGCONT)
                rtt = json.loads(running.communicate()[0])["phases"][0]["figures"]["timings"]["rtt"]
        for name, part in (("p95_ns", 0.95), ("p99_ns", 0.99)):
            expected = FREEZE - (1 - part) * seconds
            seen = rtt[name] / 1e9
            self.judge(f"frozen {FREEZE * 1000:.0f} ms: {name[:-3]} off by", abs(seen / expected - 1), 0.1,
                       f"{seen * 1000:.1f} ms of {expected * 1000:.1f} ms expected", is_least=False)

    def send_lag(self):
        with Server(self.bare_echo) as server:
            limit = self.rate_of_load(server, 100, 1, 32)
        with Server(self.bare_echo) as server:
            figures = self.run_load(server, "-c", "100", "-r", str(int(limit / 2)), "-d", "3s")
        lag = figures["timings"]["send_lag"]["p99_ns"] / 1000
        self.judge(f"send lag at {limit / 2:,.0f}/s", lag, 100, f"p99 {lag:.0f} us", is_least=False)


MEASUREMENTS = ("throughput", "against_npm", "handshakes", "idle_memory", "freeze", "send_lag")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("build")
    parser.add_argument("--seconds", type=float, default=2)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--connections", type=int, default=18_000)
    parser.add_argument("--npm", default="", help="node_modules with ws in it")
    parser.add_argument("--only", default="", choices=MEASUREMENTS, help="one measurement of these")
    arguments = parser.parse_args()
    bench = Bench(arguments)
    for name in MEASUREMENTS:
        if arguments.only in ("", name):
            getattr(bench, name)()
    print("all goals reached" if all(bench.reached) else "NOT all goals reached")
    return 0 if all(bench.reached) else 1


if __name__ == "__main__":
    raise SystemExit(main())
