#!/usr/bin/env python3
"""Measures wsrig-echo against a bare epoll echo server: throughput as a ratio, and memory of idle connections.

usage: echo_bench.py BUILD_FOLDER [--seconds S] [--rounds N]

The server has one processor and the client another. The servers take turns in each round, so that what else the
machine does meets them alike; the median counts. Besides messages a second, the processor time that the server
took for one message is compared: that figure does not depend on how fast the client is.
"""

import argparse
import os
import statistics
import subprocess

from measured import Server, pinned, private_memory

LOADS = [  # connections, messages on their way on each, octets
    (10, 100, 64),
    (100, 1, 64),
    (10, 4, 65536),
]
IDLE_CONNECTIONS = 9000
# Ratio of messages a second to the bare server's that wsrig's own engine has to reach, by load.
GOALS = {(10, 100, 64): 0.65, (100, 1, 64): 0.9, (10, 4, 65536): 0.7}
IDLE_GOAL = 2048


def processor_seconds(pid):
    with open(f"/proc/{pid}/stat") as stat:
        fields = stat.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def run_load(server_command, client, load, seconds):
    """(messages a second, nanoseconds of the server's processor time for one)"""
    with Server(server_command) as server:
        before = processor_seconds(server.process.pid)
        connections, depth, size = map(str, load)
        done = subprocess.run(pinned(1, client, server.port, connections, depth, size, str(seconds)),
                              capture_output=True, text=True, check=True)
        rate, total = map(float, done.stdout.split())
        used = processor_seconds(server.process.pid) - before
        return rate, used / total * 1e9


def compare(servers, client, load, arguments):
    results = {name: [] for name in servers}
    for _ in range(arguments.rounds):
        for name, command in servers.items():
            results[name].append(run_load(command, client, load, arguments.seconds))
    medians = {name: [statistics.median(column) for column in zip(*rows)] for name, rows in results.items()}
    bare_rate, bare_cost = medians["bare"]
    connections, depth, size = load
    print(f"\n{size} B messages, {connections} connections x {depth}")
    for name, (rate, cost) in medians.items():
        goal = f"   goal {GOALS[load]}" if name == "core" else ""
        print(f"  {name:6} {rate:12,.0f} messages/s  ratio {rate / bare_rate:5.2f}   "
              f"{cost:8.0f} ns each  ratio {bare_cost / cost:5.2f}{goal}")
    return medians["core"][0] / bare_rate >= GOALS[load]


def measure_idle(command, client):
    """Octets of private memory that one idle connection costs the server."""
    with Server(command) as server:
        opening = subprocess.Popen([client, server.port, "100", "1", "0", "0"], stdin=subprocess.PIPE,
                                   stdout=subprocess.PIPE)
        opening.stdout.readline()
        few = private_memory(server.process.pid)
        more = subprocess.Popen([client, server.port, str(IDLE_CONNECTIONS), "1", "0", "0"], stdin=subprocess.PIPE,
                                stdout=subprocess.PIPE)
        more.stdout.readline()
        many = private_memory(server.process.pid)
        for process in (opening, more):
            process.communicate(b"\n")
        return (many - few) / IDLE_CONNECTIONS


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("build")
    parser.add_argument("--seconds", type=float, default=2)
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    programs = os.path.join(arguments.build, "tests", "bench", "programs")
    client = os.path.join(programs, "bare_client")
    echo = [os.path.join(arguments.build, "bin", "wsrig-echo"), "--listen", "ws://127.0.0.1:0"]
    servers = {"bare": [os.path.join(programs, "bare_echo")], "core": echo, "beast": [*echo, "--engine", "beast"]}

    reached = [compare(servers, client, load, arguments) for load in LOADS]
    print(f"\nmemory of an idle connection, {IDLE_CONNECTIONS} of them")
    for name, command in servers.items():
        size = measure_idle(command, client)
        if name == "core":
            reached.append(size <= IDLE_GOAL)
        print(f"  {name:6} {size:8.0f} octets" + (f"   goal {IDLE_GOAL}" if name == "core" else ""))
    print("\nall goals reached" if all(reached) else "\nNOT all goals reached")
    return 0 if all(reached) else 1


if __name__ == "__main__":
    raise SystemExit(main())
