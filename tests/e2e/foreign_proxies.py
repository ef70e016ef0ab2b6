"""SOCKS and CONNECT proxies from Debian, each on a port of its own; a test is skipped where one is missing."""
import contextlib
import os
import shutil
import subprocess
import tempfile

import support


def find(test, program):
    path = shutil.which(program) or shutil.which(program, path="/usr/sbin:/sbin")
    if path is None:
        test.skipTest(f"{program} is not installed: ci/setup test")
    return path


@contextlib.contextmanager
def microsocks(test, *options):
    port = support.free_port()
    command = [find(test, "microsocks"), "-i", "127.0.0.1", "-p", str(port), *options]
    with support.process(command, stderr=subprocess.DEVNULL):
        support.wait_for_port(port)
        yield port


@contextlib.contextmanager
def configured(command, text):
    """A program with a configuration file, in whose text PORT is the port it listens to."""
    port = support.free_port()
    with tempfile.NamedTemporaryFile("w") as file:
        file.write(text.replace("PORT", str(port)))
        file.flush()
        with support.process([*command, file.name], stderr=subprocess.DEVNULL):
            support.wait_for_port(port)
            yield port


def tinyproxy(test, more=""):
    text = "Port PORT\nListen 127.0.0.1\nTimeout 60\nMaxClients 10\n" + more
    return configured([find(test, "tinyproxy"), "-d", "-c"], text)


def danted(test):
    if os.geteuid() != 0:
        test.skipTest("danted changes users, which needs root")
    text = ("logoutput: stderr\ninternal: 127.0.0.1 port = PORT\nexternal: lo\nsocksmethod: none\nclientmethod: none\n"
            "user.privileged: root\nuser.unprivileged: nobody\n"
            "client pass { from: 127.0.0.0/8 to: 0.0.0.0/0 }\nsocks pass { from: 127.0.0.0/8 to: 0.0.0.0/0 }\n")
    return configured([find(test, "danted"), "-f"], text)
