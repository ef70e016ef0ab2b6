#!/usr/bin/env python3
"""Opens 100,000 connections at once, from six wsrig-load to six wsrig-echo, and prints what memory each of them costs.

usage: scale_bench.py BUILD_FOLDER [--connections N] [--processes N]

A process may not open as many files, and an address has not as many ports: so each generator is one shard of the run,
drives a server of its own, and has its connections take turns at eight addresses. It counts when the kernel says that
all sockets are there at once, and when a ping on each connection was answered. Memory is what a run of few connections
does not take.
"""

import argparse
import contextlib
import json
import os
import signal
import subprocess

from measured import Server, judge, pinned, private_memory

GOAL = 2048  # octets for each connection, at either end
FEW = 100  # connections of each process in the run that is compared to
PING_INTERVAL = 5  # seconds


class Generator:
    """One shard of the run; its connections stay until it is asked for its result."""

    def __init__(self, program, url, connections, rank, world):
        command = [program, url, "-q", "-c", str(connections), "--rank", str(rank), "--world", str(world), "--hold",
                   "--ping-interval", f"{PING_INTERVAL}s", "-d", "60m", "--end", "reset", "--source",
                   "127.0.0.2-127.0.0.9", "--jsonl", "/dev/stderr", "--json", "-"]
        self.process = subprocess.Popen(pinned(1, *command), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def next_second(self):
        """The figures of its next whole second; the first comes when all its connections are open."""
        while True:
            line = self.process.stderr.readline()
            assert line, f"wsrig-load ended with {self.process.wait()}"
            event = json.loads(line)
            if event["event"] == "second":
                return event["figures"]

    def wait_for_pongs(self):
        """Until every connection was pinged and has answered; returns how many."""
        pongs, sent = 0, 0
        while sent < PING_INTERVAL + 1:
            pongs += self.next_second()["counters"].get("pongs_received", 0)
            sent += 1
        return pongs

    def result(self):
        """Ends it, and returns its document."""
        self.process.send_signal(signal.SIGINT)
        output, _ = self.process.communicate()
        return json.loads(output)["phases"][0]


def sockets_of(process):
    links = (f"/proc/{process.pid}/fd/{name}" for name in os.listdir(f"/proc/{process.pid}/fd"))
    return sum(os.readlink(link).startswith("socket:") for link in links)


def memory_of(processes):
    return sum(private_memory(process.pid) for process in processes)


def measure(arguments, connections):
    """Opens so many; returns the memory of all generators, that of all servers, and what was seen."""
    programs = os.path.join(arguments.build, "bin")
    echo = [os.path.join(programs, "wsrig-echo"), "--listen", "ws://127.0.0.1:0", "--max-connections", "100000",
            "--idle-timeout", "0s"]
    world = arguments.processes
    with contextlib.ExitStack() as stack:
        servers = [stack.enter_context(Server(echo)) for _ in range(world)]
        generators = [Generator(os.path.join(programs, "wsrig-load"), server.url, connections, rank, world)
                      for rank, server in enumerate(servers)]
        for generator in generators:
            stack.callback(generator.process.kill)
        for generator in generators:
            generator.next_second()
        sockets = sum(sockets_of(generator.process) for generator in generators)
        pongs = sum(generator.wait_for_pongs() for generator in generators)
        memory = [memory_of([generator.process for generator in generators]),
                  memory_of([server.process for server in servers])]
        results = [generator.result() for generator in generators]
    seen = {"sockets": sockets, "pongs": pongs, "open": sum(result["connections"] for result in results),
            "errors": sum(result["figures"]["error_count"] for result in results)}
    return memory, seen


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("build")
    parser.add_argument("--connections", type=int, default=100_000)
    parser.add_argument("--processes", type=int, default=6, help="generators, and servers")
    arguments = parser.parse_args()
    few = FEW * arguments.processes
    little, _ = measure(arguments, few)
    much, seen = measure(arguments, arguments.connections)
    print(f"{arguments.processes} wsrig-load, {arguments.processes} wsrig-echo: {seen['open']:,} connections at once "
          f"({seen['sockets']:,} sockets of the generators), {seen['pongs']:,} pongs, {seen['errors']} errors")
    reached = [judge("all open, none failed", seen["open"] - seen["errors"], arguments.connections, f"{seen['open']:,}")]
    for name, before, after in zip(("a connection of wsrig-load", "a connection of wsrig-echo"), little, much):
        each = (after - before) / (arguments.connections - few)
        reached.append(judge(name, each, GOAL, f"{each:.0f} octets of its own memory", is_least=False))
    return 0 if all(reached) else 1


if __name__ == "__main__":
    raise SystemExit(main())
