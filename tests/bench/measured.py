"""What the bench scripts share: the programs that they measure, and the figures that the kernel has of these."""

import json
import subprocess


def pinned(processor, *command):
    """The command on one processor."""
    return ["taskset", "-c", str(processor), *command]


def judge(what, value, goal, text, is_least=True):
    """Prints a line, and tells whether the goal is reached."""
    good = value >= goal if is_least else value <= goal
    print(f"  {what:34} {text}   goal {goal:g}{'' if good else '   MISSED'}", flush=True)
    return good


def private_memory(pid):
    """Octets of a process's own memory: what is not backed by files."""
    with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as smaps:
        return sum(int(line.split()[1]) for line in smaps if line.startswith("Anonymous:")) * 1024


class Server:
    """A server on the first processor that prints a ready line; killed at the end of `with`."""

    def __init__(self, command):
        self.process = subprocess.Popen(pinned(0, *command), stdout=subprocess.PIPE, text=True)
        self.port = json.loads(self.process.stdout.readline())["url"].split(":")[2].strip("/")
        self.url = f"ws://127.0.0.1:{self.port}/"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()
