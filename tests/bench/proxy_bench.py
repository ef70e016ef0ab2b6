#!/usr/bin/env python3
"""Measures wsrig-proxy against bare epoll programs, nginx, haproxy and websockify, in front of a bare echo server.

usage: proxy_bench.py BUILD_FOLDER [--seconds S] [--rounds N] [--only PART]…

The proxy has one processor; client and echo server share another. The contenders take turns in each round, so that what
else the machine does meets them alike; the median counts. Besides messages a second, the processor time that the
proxy took for one message is compared. On a machine where others work, run it as root behind `chrt -f 1`: what is
measured then goes before all else.
"""

import argparse
import contextlib
import json
import os
import re
import shutil
import signal
import socket
import statistics
import subprocess
import tempfile
import time

from measured import private_memory

LOADS = [  # connections, messages on their way on each, octets
    (4, 32, 64),
    (4, 32, 1024),
    (4, 8, 65536),
    (1, 1, 64),
]
TLS_LOADS = LOADS[:3]
IDLE_TUNNELS = 9000
IDLE_GOAL = 2048
CLOSES = 100
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def family(pid):
    """A process and those below it."""
    with open(f"/proc/{pid}/task/{pid}/children") as children:
        return [pid] + [one for child in children.read().split() for one in family(int(child))]


def processor_seconds(pid):
    """To the nanosecond; of the main threads, for none of the programs measured has another that works."""
    total = 0
    for member in family(pid):
        with open(f"/proc/{member}/schedstat") as stat:
            total += int(stat.read().split()[0])
    return total / 1e9


class Program:
    """A program on one processor, ready when `port` can be reached, or when it has printed where it listens."""

    def __init__(self, prefix, command, port=None):
        self.process = subprocess.Popen([*prefix, *command], stderr=subprocess.DEVNULL,
                                        stdout=subprocess.PIPE if port is None else subprocess.DEVNULL, text=True)
        self.port = port
        if port is None:
            self.port = json.loads(self.process.stdout.readline())["url"].split(":")[2].strip("/")
        else:
            self._wait_for_port()

    def _wait_for_port(self):
        deadline = time.monotonic() + 10
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port)).close()
                return
            except ConnectionRefusedError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.01)

    @property
    def pid(self):
        return self.process.pid

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        if self.process.stdout:
            self.process.stdout.close()


NGINX = """daemon off; worker_processes 1; pid {folder}/pid; error_log /dev/null;
events {{ worker_connections 20000; }}
http {{ access_log off; server {{ listen 127.0.0.1:{port}; location / {{
  proxy_pass http://127.0.0.1:{upstream}; proxy_http_version 1.1;
  proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection upgrade; }} }} }}
"""
HAPROXY = """global
  nbthread 1
  maxconn 9000
defaults
  mode http
  timeout connect 5s
  timeout client 60s
  timeout server 60s
  timeout tunnel 1h
listen proxy
  bind 127.0.0.1:{port} {tls}
  server echo 127.0.0.1:{upstream}
"""
# What a bridge leads to is a TCP service.
BRIDGES = ("bare bridge", "bridge", "websockify")


def find_program(name):
    return shutil.which(name, path=os.environ["PATH"] + ":/usr/sbin")


class Contenders:
    """How each is started in front of an echo server."""

    def __init__(self, build, folder):
        self._build = build
        self._folder = folder
        self._certificate = None

    @staticmethod
    def prefix(processor):
        return ["taskset", "-c", str(processor)]

    def bare(self, name):
        return os.path.join(self._build, "tests", "bench", "programs", name)

    def ours(self, name):
        return os.path.join(self._build, "bin", name)

    def names(self):
        others = [name for name in ("nginx", "haproxy", "websockify") if find_program(name)]
        return ["direct", "bare relay", "tunnel", "inspect", "bare bridge", "bridge", *others]

    def start_echo(self, name):
        """What stands behind a contender."""
        return Program(self.prefix(1), [self.bare("bare_echo"), *(["tcp"] if name in BRIDGES else [])])

    def start(self, name, upstream, tls=False):
        if name.startswith("bare "):
            return Program(self.prefix(0), [self.bare(name.replace(" ", "_")), str(upstream)])
        if name in ("tunnel", "inspect", "bridge"):
            return Program(self.prefix(0), self._our_command(name, upstream, tls))
        port = free_port()
        return Program(self.prefix(0), self._other_command(name, upstream, port, tls), port)

    def _our_command(self, name, upstream, tls):
        kind = ["--target", f"tcp://127.0.0.1:{upstream}"] if name == "bridge" else [
            "--target", f"ws://127.0.0.1:{upstream}", "--mode", name]
        listen = ["--listen", "wss://127.0.0.1:0", "--cert", self.certificate()] if tls else ["--listen", "ws://127.0.0.1:0"]
        return [self.ours("wsrig-proxy"), *listen, *kind, "--via", "direct", "--max-connections", "20000"]

    def _other_command(self, name, upstream, port, tls):
        if name == "websockify":
            return [find_program(name), f"127.0.0.1:{port}", f"127.0.0.1:{upstream}"]
        config = os.path.join(self._folder, name)
        text = NGINX if name == "nginx" else HAPROXY
        with open(config, "w", encoding="utf-8") as file:
            file.write(text.format(folder=self._folder, port=port, upstream=upstream,
                                   tls=f"ssl crt {self.certificate()}" if tls else ""))
        return [find_program(name), "-c" if name == "nginx" else "-f", config]

    def certificate(self):
        if self._certificate is None:
            self._certificate = os.path.join(self._folder, "both.pem")
            key = os.path.join(self._folder, "key.pem")
            subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                            "-subj", "/CN=localhost", "-days", "1", "-keyout", key, "-out", self._certificate],
                           check=True, capture_output=True)
            with open(self._certificate, "a", encoding="utf-8") as both, open(key, encoding="utf-8") as part:
                both.write(part.read())
        return self._certificate

    @contextlib.contextmanager
    def running(self, name, tls=False):
        """The contender with its echo server behind it; `direct` is the echo server itself."""
        with self.start_echo(name) as echo:
            if name == "direct":
                yield echo
                return
            with self.start(name, echo.port, tls) as proxy:
                yield proxy

    def client(self, port, *words):
        return [*self.prefix(1), self.bare("bare_client"), str(port), *map(str, words)]


def run_load(contenders, name, load, seconds, tls=False):
    """(messages a second, nanoseconds of the proxy's processor time for one)"""
    with contenders.running(name, tls) as proxy:
        before = processor_seconds(proxy.pid)
        done = subprocess.run(contenders.client(proxy.port, *load, seconds, *(["tls"] if tls else [])),
                              stdout=subprocess.PIPE, text=True, check=True)
        rate, total = map(float, done.stdout.split())
        return rate, (processor_seconds(proxy.pid) - before) / total * 1e9


def take_turns(contenders, names, load, arguments, tls=False):
    """The median of each by its name; of latency and rate alike, for they are one figure."""
    results = {name: [] for name in names}
    for _ in range(arguments.rounds):
        for name, rows in results.items():
            rows.append(run_load(contenders, name, load, arguments.seconds, tls))
    return {name: tuple(statistics.median(column) for column in zip(*rows)) for name, rows in results.items()}


def print_load(medians, load, yardsticks):
    connections, depth, size = load
    ratios = "".join(f"{'to ' + yardstick:>15}" for yardstick in yardsticks)
    print(f"\n{size} B messages, {connections} connections x {depth}{'':6}{ratios}      its processor time")
    for name, (rate, cost) in medians.items():
        shares = "".join(f"{rate / medians[yardstick][0]:15.2f}" for yardstick in yardsticks)
        own = yardsticks[-1] if name in BRIDGES else yardsticks[min(1, len(yardsticks) - 1)]
        print(f"  {name:11} {rate:12,.0f} messages/s {shares}   {cost:8.0f} ns each, {cost / medians[own][1]:5.2f} of {own}",
              flush=True)


def goals_of_load(medians, load):
    """Whether each goal is reached, by what it says."""
    rate = {name: row[0] for name, row in medians.items()}
    cost = {name: row[1] for name, row in medians.items()}
    if load[1] == 1:
        return {"latency within 1.05 of the bare relay's": rate["tunnel"] >= rate["bare relay"] / 1.05}
    found = {"tunnel 0.9 of the bare relay": rate["tunnel"] >= 0.9 * rate["bare relay"],
             "tunnel 0.9 of the bare relay's processor time": cost["tunnel"] * 0.9 <= cost["bare relay"],
             "inspect 0.6 of tunnel": rate["inspect"] >= 0.6 * rate["tunnel"],
             "bridge to direct": rate["bridge"] >= (0.48 if load[2] == 65536 else 0.9) * rate["direct"]}
    for other in ("nginx", "haproxy"):
        if other in rate:
            share = 0.95 if load[2] == 64 else 1
            found[f"tunnel {share} of {other}"] = rate["tunnel"] >= share * rate[other]
    return found


def measure_loads(contenders, arguments, missed):
    for load in LOADS:
        medians = take_turns(contenders, contenders.names(), load, arguments)
        print_load(medians, load, ["direct", "bare relay", "bare bridge"])
        missed += [f"{load[2]} B x {load[1]}: {goal}" for goal, met in goals_of_load(medians, load).items() if not met]


def measure_tls(contenders, arguments, missed):
    if not find_program("haproxy"):
        return
    print("\nTLS on the listener")
    for load in TLS_LOADS:
        medians = take_turns(contenders, ("haproxy", "tunnel", "inspect"), load, arguments, tls=True)
        print_load(medians, load, ["haproxy"])
        if medians["tunnel"][0] < medians["haproxy"][0]:
            missed.append(f"{load[2]} B: TLS of haproxy")


def measure_calls(contenders, arguments, missed):
    """System calls of the proxy for one pipelined message of 64 octets."""
    print("\nsystem calls for a message of 64 B, 4 connections x 32")
    for name in ("bare relay", "tunnel", "inspect", "bare bridge", "bridge"):
        with contenders.running(name) as proxy, tempfile.NamedTemporaryFile() as table:
            tracer = subprocess.Popen(["strace", "-c", "-f", "-U", "name,calls", "-o", table.name, "-p", str(proxy.pid)],
                                      stderr=subprocess.PIPE)
            tracer.stderr.readline()  # attached
            done = subprocess.run(contenders.client(proxy.port, *LOADS[0], arguments.seconds),
                                  stdout=subprocess.PIPE, text=True, check=True)
            tracer.send_signal(signal.SIGINT)
            tracer.communicate()
            calls = sum(int(line.split()[-1]) for line in open(table.name, encoding="utf-8")
                        if re.fullmatch(r"\s*[a-z_0-9]+\s+\d+\s*", line) and "total" not in line)
        each = calls / float(done.stdout.split()[1])
        print(f"  {name:11} {each:8.3f}", flush=True)
        if name == "bridge" and each > 0.2:
            missed.append("system calls of the bridge")


def measure_idle(contenders, _arguments, missed):
    print(f"\nown memory of an idle tunnel, {IDLE_TUNNELS} of them")
    for name in ("tunnel", "inspect", "bridge"):
        size = idle_memory(contenders, name)
        print(f"  {name:11} {size:8.0f} octets   goal {IDLE_GOAL}", flush=True)
        if size > IDLE_GOAL:
            missed.append(f"memory of {name}")


def idle_memory(contenders, name):
    with contenders.running(name) as proxy, contextlib.ExitStack() as stack:
        sizes = []
        for count in (100, IDLE_TUNNELS):
            client = subprocess.Popen(contenders.client(proxy.port, count, 1, 0, 0), stdin=subprocess.PIPE,
                                      stdout=subprocess.PIPE)
            stack.callback(client.communicate, b"\n")
            client.stdout.readline()
            sizes.append(sum(private_memory(pid) for pid in family(proxy.pid)))
        return (sizes[1] - sizes[0]) / IDLE_TUNNELS


def run_scenarios(contenders, pattern, edit=lambda text: text):
    """How many cases of scenarios/proxy went well, by suite and case, and how many ran."""
    with tempfile.TemporaryDirectory() as folder:
        for name in ("tunnel.yaml", "inspect.yaml", "bridge.yaml"):
            with open(os.path.join(ROOT, "scenarios", "proxy", name), encoding="utf-8") as file:
                text = edit(file.read())
            with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
                file.write(text)
        report = os.path.join(folder, "report.json")
        subprocess.run([contenders.ours("wsrig"), "run", folder, "--only", pattern, "--json", report],
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
        with open(report, encoding="utf-8") as file:
            cases = json.load(file)["cases"]
    counts = {}
    for case in cases:
        good, total = counts.get(case["id"].split("[")[0], (0, 0))
        counts[case["id"].split("[")[0]] = (good + (case["grade"] == "ok"), total + 1)
    return counts


def print_counts(counts, missed):
    for name, (good, total) in counts.items():
        print(f"  {name:55} {good:4} of {total}", flush=True)
        if good < total:
            missed.append(name)


def measure_flood(contenders, _arguments, missed):
    print("\nless than 1 MiB more memory under a flood with a stopped reader")
    print_counts(run_scenarios(contenders, "*/flood-to-*"), missed)


def measure_closes(contenders, _arguments, missed):
    print("\n4 MiB in flight at close arrive whole")
    runs = ", ".join(map(str, range(1, CLOSES + 1)))
    def many(text):
        return re.sub(r"(  - id: data-in-flight-at-close-to-[a-z-]+\n)", rf"\1    for: {{ run: [{runs}] }}\n", text)
    print_counts(run_scenarios(contenders, "*/data-in-flight-at-close-to-*", many), missed)


PARTS = {"loads": measure_loads, "tls": measure_tls, "calls": measure_calls, "idle": measure_idle,
         "flood": measure_flood, "closes": measure_closes}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("build")
    parser.add_argument("--seconds", type=float, default=2)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", action="append", choices=list(PARTS), help="measure this part alone (repeatable)")
    arguments = parser.parse_args()
    missed = []
    with tempfile.TemporaryDirectory() as folder:
        contenders = Contenders(arguments.build, folder)
        for part in arguments.only or PARTS:
            PARTS[part](contenders, arguments, missed)
    print("\nall goals reached" if not missed else "\nNOT reached: " + "; ".join(missed))
    return 1 if missed else 0


if __name__ == "__main__":
    raise SystemExit(main())
