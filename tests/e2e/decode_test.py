"""Scenarios about captures: `decode` blocks, and `capture` around a case."""
import os
import shutil
import tempfile
import unittest

from support import ROOT, wsrig

CAPTURES = os.path.join(ROOT, "scenarios", "decode")


class Decode(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="wsrig-decode-")
        self.addCleanup(shutil.rmtree, self.folder)

    def write(self, name, text):
        path = os.path.join(self.folder, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return path

    def test_the_captures_of_the_suite_say_what_they_said(self):
        result = wsrig("run", CAPTURES, check=0)
        self.assertIn("PASSED", result.stdout)

    def test_another_output_names_the_first_line_that_differs(self):
        shutil.copy(os.path.join(CAPTURES, "captures", "echo.pcap"), self.folder)
        scenario = self.write("own.yaml", "wsrig: 1\nsuite: own\ndecode:\n  - id: wrong\n    capture: echo.pcap\n"
                                          "    args: [list]\n    expect: |\n      not this\n")
        result = wsrig("run", scenario, check=1)
        self.assertIn("wsrig-pcap says something else of the capture", result.stdout)
        self.assertIn("line 1: not this", result.stdout)
        self.assertIn("> http GET /chat?room=1 HTTP/1.1", result.stdout)

    def test_another_exit_status_fails(self):
        self.write("foreign.pcap", "GET / HTTP/1.1\r\n")
        said = "0 packets, 0 TCP connections, 0 shown\n      wsrig-pcap: foreign.pcap: at offset 0: neither pcap nor " \
               "pcapng: it begins with 47 45 54 20"
        scenario = self.write("own.yaml", "wsrig: 1\nsuite: own\ndecode:\n  - id: foreign\n    capture: foreign.pcap\n"
                                          f"    expect: |\n      {said}\n")
        result = wsrig("run", scenario, check=1)
        self.assertIn("wsrig-pcap ends with another status", result.stdout)
        self.assertIn("exit status 0", result.stdout)

    def case(self, expected):
        return self.write("case.yaml", "wsrig: 1\nsuite: own\ncases:\n  - id: captured\n    must: RFC 6455 §5.4\n"
                          f"    capture: {{ args: [list], expect: '{expected}' }}\n    steps: |\n"
                          "      > text fin=0 \"Hel\"\n      > cont \"lo\"\n      < text \"Hello\"\n")

    def test_a_case_is_held_against_what_its_own_capture_shows(self):
        wsrig("run", self.case('> cont "lo"'), check=0)
        wsrig("run", self.case('> cont "lo"'), "--tls", check=0)
        result = wsrig("run", self.case('< cont "lo"'), check=1)
        self.assertIn("wsrig-pcap says something else of what went over the wire", result.stdout)
        self.assertIn('> cont "lo"', result.stdout)

    def test_captures_and_cases_run_side_by_side(self):
        result = wsrig("run", CAPTURES, self.case('> cont "lo"'), "--only", "own/*", "--only", "*/why-it-ended", check=0)
        self.assertIn("2 cases", result.stdout)


if __name__ == "__main__":
    unittest.main()
