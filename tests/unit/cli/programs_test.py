#!/usr/bin/python3
"""programs_test.py PROGRAM: what a program prints of itself agrees, and its readers accept it.

Every option that --help shows, of the program and of each of its commands, is in the man page and in the
completions of every shell.
"""

import re
import shutil
import subprocess
import sys
import unittest

PROGRAM = sys.argv.pop(1)
NAME = PROGRAM.rsplit("/", 1)[-1]


def output(*arguments, **more):
    return subprocess.run(arguments, check=True, capture_output=True, text=True, timeout=30, **more).stdout


def options_of(text):
    return re.findall(r"^  (?:-\w, |    )--([a-z0-9-]+)", text, re.MULTILINE)


def helps():
    """The help of the program and of its own commands; a command of a sibling program answers in that's name."""
    main = output(PROGRAM, "--help")
    yield main
    commands = re.search(r"^Commands:\n((?:  .*\n)+)", main, re.MULTILINE)
    for command in re.findall(r"^  (\w+)", commands[1], re.MULTILINE) if commands else []:
        text = subprocess.run([PROGRAM, command, "--help"], capture_output=True, text=True, timeout=30).stdout
        if text.startswith(f"{NAME} {command}: "):
            yield text


class Programs(unittest.TestCase):
    def setUp(self):
        self.generated = {what: output(PROGRAM, "--generate", what) for what in ("man", "bash", "zsh", "fish")}

    def test_no_option_is_missing(self):
        written = {
            "man": lambda name: r"\-\-" + name.replace("-", r"\-") + r"\fR",
            "bash": lambda name: "--" + name,
            "zsh": lambda name: "--" + name,
            "fish": lambda name: f" -l {name} ",
        }
        names = {name for text in helps() for name in options_of(text)}
        self.assertLessEqual({"help", "version", "config", "color", "generate"}, names)
        for what, form in written.items():
            missing = [name for name in sorted(names) if form(name) not in self.generated[what]]
            self.assertEqual(missing, [], what)

    def check(self, what, *command):
        if not shutil.which(command[0]):
            self.skipTest(f"{command[0]} is not installed")
        result = subprocess.run(command, input=self.generated[what], capture_output=True, text=True, timeout=30)
        self.assertEqual((result.returncode, result.stdout, result.stderr), (0, "", ""))

    def test_man_page_has_no_warnings(self):
        self.check("man", "groff", "-k", "-Tutf8", "-man", "-ww", "-z")

    def test_bash_reads_it(self):
        self.check("bash", "bash", "-n")

    def test_zsh_reads_it(self):
        self.check("zsh", "zsh", "-n")

    def test_fish_reads_it(self):
        self.check("fish", "fish", "-n")

    def test_help_fits_a_terminal(self):
        for text in helps():
            self.assertEqual([line for line in text.splitlines() if len(line) > 100], [])


if __name__ == "__main__":
    unittest.main()
