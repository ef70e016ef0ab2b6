"""What the end-to-end tests share: where the programs are, and how one is started and surely stopped."""
import concurrent.futures
import contextlib
import json
import os
import random
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BIN = os.environ.get("WSRIG_BIN", os.path.join(ROOT, "build", "bin"))
NODE_MODULES = os.environ.setdefault("WSRIG_NODE_MODULES", os.path.join(ROOT, "build", "npm", "node_modules"))
# What Node's own parser takes for a header differs from version to version, whatever server stands behind it.
NODE_PARSES = ["--skip", "*/blank-before-colon*", "--skip", "*/malformed-header*"]
# A sanitizer build is several times slower; nothing is asserted about time, only bounded by it.
PATIENCE = 300


def is_foreign(variable):
    """Whether the machine sets it for programs like ours: a CI service, a proxy, the launcher of a job, a user."""
    return (variable in ("CI", "NO_COLOR", "PARALLEL_SEQ") or variable.lower().endswith("_proxy")
            or variable.startswith(("SLURM_", "OMPI_", "PMI_", "JOB_COMPLETION_"))
            or variable.startswith("WSRIG_") and variable not in ("WSRIG_BIN", "WSRIG_NODE_MODULES", "WSRIG_SEED", "WSRIG_SCREENSHOT"))


for name in filter(is_foreign, list(os.environ)):  # what a test means is in its own words
    del os.environ[name]


def program(name):
    return os.path.join(BIN, name)


def run(*argv, check=None, cwd=None, env=None, stdin=None, feed=None):
    """Runs a program to its end; `check` is the exit code it must have, `feed` the text of its standard input."""
    result = subprocess.run(argv, capture_output=True, text=True, timeout=PATIENCE, cwd=cwd,
                            **({"stdin": stdin} if feed is None else {"input": feed}),
                            env={**os.environ, **(env or {})}, errors="backslashreplace")
    if check is not None and result.returncode != check:
        raise AssertionError(f"{' '.join(argv)}\nexit code {result.returncode}, not {check}\n"
                             f"{result.stdout[-4000:]}\n{result.stderr[-4000:]}")
    return result


def wsrig(*arguments, **keywords):
    return run(program("wsrig"), *arguments, **keywords)


def eventually(look, within=PATIENCE):
    """What `look()` gives once it is true: for what shows only where somebody looks, such as in a log."""
    deadline = time.monotonic() + within
    while not (seen := look()):
        if time.monotonic() > deadline:
            raise AssertionError(f"not so within {within} s")
        time.sleep(0.01)
    return seen


def side_by_side(function, items):
    """What the function gives for each of the items; they spend their time waiting, so several wait at once."""
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        return list(pool.map(function, items))


@contextlib.contextmanager
def process(argv, **keywords):
    """A program with its standard output as a text pipe; stopped by its process id, whatever happens."""
    child = subprocess.Popen(argv, stdout=subprocess.PIPE, text=True, **keywords)
    try:
        yield child
    finally:
        if child.poll() is None:
            child.send_signal(signal.SIGTERM)
            try:
                child.wait(timeout=20)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()
        child.stdout.close()


def free_port():
    """A free port for a program that cannot take port 0 and tell. It lies below the range from which the kernel
    serves connections that are being made, so that none of these can take it before the program does."""
    with open("/proc/sys/net/ipv4/ip_local_port_range", encoding="ascii") as file:
        first_ephemeral = int(file.read().split()[0])
    while True:
        port = random.randrange(max(1024, first_ephemeral - 20000), first_ephemeral)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


def wait_for_port(port):
    """Returns as soon as something listens at a port of this machine."""
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            return socket.create_connection(("127.0.0.1", port)).close()
        except ConnectionRefusedError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.02)


class ServerProcess:
    """A running server of ours with one listener for each URL; `with` stops it and checks its exit code. What it
    writes to standard error is in `log()`."""

    def __init__(self, name, *options, listen=("ws://127.0.0.1:0",), environment=None):
        self.name = name
        command = [program(name)]
        for url in listen:
            command += ["--listen", url]
        self._log = tempfile.TemporaryFile(mode="w+")
        self.process = subprocess.Popen(command + list(options), stdout=subprocess.PIPE, stderr=self._log, text=True,
                                        env={**os.environ, **(environment or {})})
        self.expected_code = 0
        self._signalled = False
        self.ready = [self._ready_line() for _ in listen]
        self.url = self.ready[0]["url"]
        self.port = self.ready[0]["port"]

    def _ready_line(self):
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(f"{self.name} did not start: {self.log()}")
        return json.loads(line)

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        if self.process.poll() is None and not self._signalled:
            self.stop()
        try:
            code = self.process.wait(timeout=60)
        except subprocess.TimeoutExpired:
            self.process.kill()
            code = f"none: it had to be killed ({self.process.wait()})"
        errors = self.log()
        self.process.stdout.close()
        self._log.close()
        if kind is None and code != self.expected_code:
            raise AssertionError(f"{self.name} ended with {code}: {errors}")

    def stop(self, number=signal.SIGTERM):
        """Asks it to end; asked again, it must end at once."""
        self._signalled = True
        self.process.send_signal(number)

    def connect(self, **keywords):
        """A TCP connection to the first listener, with a generous time-out."""
        connection = socket.create_connection(("127.0.0.1", self.port), timeout=20, **keywords)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return connection

    def resident(self):
        """Octets of memory in use (RSS)."""
        with open(f"/proc/{self.process.pid}/statm", encoding="ascii") as statm:
            return int(statm.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))

    def log(self):
        self._log.flush()
        with open(f"/proc/self/fd/{self._log.fileno()}", encoding="utf-8") as again:
            return again.read()


def run_to_end(name, *options):
    """Runs a program of ours to its end: (exit code, standard output, standard error)."""
    done = run(program(name), *options)
    return done.returncode, done.stdout, done.stderr


@contextlib.contextmanager
def echo(*arguments, listen="ws://127.0.0.1:0"):
    """wsrig-echo on a free port: gives the URL from its ready line."""
    with process([program("wsrig-echo"), "--listen", listen, *arguments]) as child:
        ready = json.loads(child.stdout.readline())
        assert ready["event"] == "listening", ready
        yield ready["url"]


@contextlib.contextmanager
def line_server(argv, **keywords):
    """A server of a test's own that prints its URL as its first line."""
    with process(argv, **keywords) as child:
        yield child.stdout.readline().strip()


@contextlib.contextmanager
def folder():
    path = tempfile.mkdtemp(prefix="wsrig-e2e-")
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


def report(*arguments, check=None):
    """Runs wsrig and gives its JSON report; the exit code is in `exit_code`."""
    with folder() as where:
        path = os.path.join(where, "report.json")
        result = wsrig(*arguments, "--json", path, check=check)
        with open(path, encoding="utf-8") as file:
            document = json.load(file)
        document["exit_code"] = result.returncode
        return document


def node_server(name):
    """The argv of a server in tests/e2e/servers that needs npm's ws; skips the test where that is missing."""
    if shutil.which("node") is None or not os.path.isdir(os.path.join(NODE_MODULES, "ws")):
        raise unittest.SkipTest("node or npm's ws is missing")
    return ["node", os.path.join(ROOT, "tests", "e2e", "servers", name)]


def python_server(name):
    return ["/usr/bin/python3", os.path.join(ROOT, "tests", "e2e", "servers", name)]
