#!/usr/bin/env python3
"""Measures wsrig-proxy against a bare epoll relay, nginx and haproxy, in front of a bare echo server.

usage: proxy_bench.py BUILD_FOLDER [--seconds S] [--rounds N]

The proxy has one processor; client and echo server share another. The proxies take turns in each round, so that what
else the machine does meets them alike; the median counts. Besides messages a second, the processor time that the
proxy took for one message is compared.
"""

import argparse
import contextlib
import json
import os
import shutil
import signal
import socket
import statistics
import subprocess
import tempfile
import time

LOADS = [  # connections, messages on their way on each, octets
    (4, 32, 64),
    (4, 32, 1024),
    (4, 8, 65536),
    (1, 1, 64),
]
IDLE_TUNNELS = 9000
IDLE_GOAL = 2048


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def family(pid):
    """A process and those below it."""
    with open(f"/proc/{pid}/task/{pid}/children") as children:
        return [pid] + [one for child in children.read().split() for one in family(int(child))]


def processor_seconds(pid):
    ticks = 0
    for member in family(pid):
        with open(f"/proc/{member}/stat") as stat:
            fields = stat.read().rsplit(")", 1)[1].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def private_memory(pid):
    """Octets of a process's own memory: what is not backed by files."""
    with open(f"/proc/{pid}/smaps_rollup") as smaps:
        return sum(int(line.split()[1]) for line in smaps if line.startswith("Anonymous:")) * 1024


class Program:
    """A program on one processor, ready when `port` can be reached, or when it has printed where it listens."""

    def __init__(self, processor, command, port=None):
        self.process = subprocess.Popen(["taskset", "-c", str(processor), *command], stderr=subprocess.DEVNULL,
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
  bind 127.0.0.1:{port}
  server echo 127.0.0.1:{upstream}
"""


class Proxies:
    """How each contender is started in front of an echo server."""

    def __init__(self, build, folder):
        self._build = build
        self._folder = folder

    @property
    def programs(self):
        return os.path.join(self._build, "tests", "bench", "programs")

    def start_echo(self, name):
        """What stands behind a contender."""
        if name == "bridge":
            return Program(1, [os.path.join(self._build, "bin/wsrig-echo"), "--listen", "tcp://127.0.0.1:0"])
        return Program(1, [os.path.join(self.programs, "bare_echo")])

    def names(self):
        found = [name for name in ("nginx", "haproxy") if self._find(name)]
        return ["direct", "relay", "tunnel", "inspect", "bridge", *found]

    @staticmethod
    def _find(name):
        return shutil.which(name, path=os.environ["PATH"] + ":/usr/sbin")

    def start(self, name, upstream):
        if name == "relay":
            return Program(0, [os.path.join(self.programs, "bare_relay"), str(upstream)])
        if name in ("tunnel", "inspect", "bridge"):
            kind = ["--target", f"tcp://127.0.0.1:{upstream}"] if name == "bridge" else [
                "--target", f"ws://127.0.0.1:{upstream}", "--mode", name]
            return Program(0, [os.path.join(self._build, "bin/wsrig-proxy"), "--listen", "ws://127.0.0.1:0", *kind,
                               "--via", "direct", "--max-connections", "20000"])
        port = free_port()
        config = os.path.join(self._folder, name)
        with open(config, "w", encoding="utf-8") as file:
            text = NGINX if name == "nginx" else HAPROXY
            file.write(text.format(folder=self._folder, port=port, upstream=upstream))
        flag = "-c" if name == "nginx" else "-f"
        return Program(0, [self._find(name), flag, config], port)


def run_load(proxies, name, load, seconds):
    """(messages a second, nanoseconds of the proxy's processor time for one)"""
    programs = proxies.programs
    with contextlib.ExitStack() as stack:
        echo = stack.enter_context(proxies.start_echo(name))
        proxy = echo if name == "direct" else stack.enter_context(proxies.start(name, echo.port))
        before = processor_seconds(proxy.process.pid)
        client = ["taskset", "-c", "1", os.path.join(programs, "bare_client"), str(proxy.port)]
        done = subprocess.run([*client, *map(str, load), str(seconds)], stdout=subprocess.PIPE, text=True, check=True)
        rate, total = map(float, done.stdout.split())
        return rate, (processor_seconds(proxy.process.pid) - before) / total * 1e9


def compare(proxies, load, arguments):
    results = {name: [] for name in proxies.names()}
    for _ in range(arguments.rounds):
        for name, rows in results.items():
            rows.append(run_load(proxies, name, load, arguments.seconds))
    medians = {name: [statistics.median(column) for column in zip(*rows)] for name, rows in results.items()}
    connections, depth, size = load
    print(f"\n{size} B messages, {connections} connections x {depth}      to no proxy   to the relay   its processor time")
    for name, (rate, cost) in medians.items():
        print(f"  {name:8} {rate:12,.0f} messages/s   {rate / medians['direct'][0]:11.2f}   "
              f"{rate / medians['relay'][0]:12.2f}   {cost:6.0f} ns each {medians['relay'][1] / cost:5.2f}", flush=True)
    return medians


def goals(medians, load):
    """Whether each goal of a load is reached, by what it says."""
    rate = {name: row[0] for name, row in medians.items()}
    cost = {name: row[1] for name, row in medians.items()}
    if load[1] == 1:
        return {"latency within 1.05 of the relay's": rate["tunnel"] >= rate["relay"] / 1.05}
    found = {"tunnel 0.9 of the relay": rate["tunnel"] >= 0.9 * rate["relay"],
             "tunnel 0.9 of the relay's processor time": cost["tunnel"] * 0.9 <= cost["relay"],
             "inspect 0.6 of tunnel": rate["inspect"] >= 0.6 * rate["tunnel"],
             "bridge": rate["bridge"] >= (0.48 if load[2] == 65536 else 0.9) * rate["direct"]}
    for other in ("nginx", "haproxy"):
        if other in rate:
            share = 0.95 if load[2] == 64 else 1
            found[f"tunnel {share} of {other}"] = rate["tunnel"] >= share * rate[other]
    return found


def measure_idle(proxies, name):
    """Octets of private memory that one idle tunnel costs."""
    with contextlib.ExitStack() as stack:
        echo = stack.enter_context(proxies.start_echo(name))
        proxy = stack.enter_context(proxies.start(name, echo.port))
        clients = []
        sizes = []
        for count in (100, IDLE_TUNNELS):
            client = subprocess.Popen([os.path.join(proxies.programs, "bare_client"), str(proxy.port), str(count), "1", "0", "0"],
                                      stdin=subprocess.PIPE, stdout=subprocess.PIPE)
            client.stdout.readline()
            clients.append(client)
            sizes.append(sum(private_memory(pid) for pid in family(proxy.process.pid)))
        for client in clients:
            client.communicate(b"\n")
        return (sizes[1] - sizes[0]) / IDLE_TUNNELS


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("build")
    parser.add_argument("--seconds", type=float, default=2)
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    missed = []
    with tempfile.TemporaryDirectory() as folder:
        proxies = Proxies(arguments.build, folder)
        for load in LOADS:
            for goal, reached in goals(compare(proxies, load, arguments), load).items():
                if not reached:
                    missed.append(f"{load[2]} B: {goal}")
        print(f"\nmemory of an idle tunnel, {IDLE_TUNNELS} of them")
        for name in ("tunnel", "inspect", "bridge"):
            size = measure_idle(proxies, name)
            print(f"  {name:8} {size:8.0f} octets   goal {IDLE_GOAL}")
            if size > IDLE_GOAL:
                missed.append(f"memory of {name}")
    print("\nall goals reached" if not missed else "\nNOT reached: " + "; ".join(missed))
    return 1 if missed else 0


if __name__ == "__main__":
    raise SystemExit(main())
