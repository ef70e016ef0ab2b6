#!/usr/bin/python3
"""Reads the golden reports as their readers do: JSON, XML, TAP, HTML, GitHub's workflow commands."""

import html.parser
import json
import pathlib
import re
import shutil
import subprocess
import sys
import unittest
import xml.etree.ElementTree

REPORTS = pathlib.Path(__file__).parents[2] / "golden" / "reports"


def read(name):
    return (REPORTS / name).read_text(encoding="utf-8")


class Json(unittest.TestCase):
    def test_documents_and_events(self):
        for name in ("run.json", "unreachable.json"):
            self.assertEqual(json.loads(read(name))["schema"], "wsrig-report/1")
        events = [json.loads(line) for line in read("run.jsonl").splitlines()]
        self.assertEqual([e["event"] for e in events], ["start"] + ["case"] * 8 + ["end"])
        self.assertEqual(events[-1]["totals"], json.loads(read("run.json"))["totals"])


class JUnit(unittest.TestCase):
    def test_counts_are_those_of_the_elements(self):
        for name in ("run.junit.xml", "unreachable.junit.xml"):
            suites = xml.etree.ElementTree.fromstring(read(name)).findall("testsuite")
            self.assertTrue(suites)
            for suite in suites:
                self.assertEqual(int(suite.get("tests")), len(suite.findall("testcase")))
                for attribute, element in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
                    self.assertEqual(int(suite.get(attribute)), len(suite.findall(f"testcase/{element}")))
                self.assertEqual(suite.find("properties/property[@name='seed']").get("value"), "42")

    def test_hostile_text_is_text(self):
        root = xml.etree.ElementTree.fromstring(read("run.junit.xml"))
        error = root.find("testsuite/testcase/error")
        self.assertIn("\\u001b[31mred\\u0007 \\xff\\xfe ]]>", error.get("message"))
        self.assertIn("</pre><script>", error.text)

    def test_xmllint_accepts_it(self):
        if not shutil.which("xmllint"):
            self.skipTest("xmllint is not installed")
        subprocess.run(["xmllint", "--noout", *REPORTS.glob("*.xml")], check=True)


class Tap(unittest.TestCase):
    def test_plan_points_and_yaml_blocks(self):
        lines = read("run.tap").splitlines()
        self.assertEqual(lines[0], "TAP version 14")
        self.assertIn("1..8", lines)
        points = [line for line in lines if re.match(r"(not )?ok ", line)]
        self.assertEqual([int(re.search(r"\d+", point)[0]) for point in points], list(range(1, 9)))
        self.assertEqual(lines.count("  ---"), lines.count("  ..."))
        self.assertEqual(sum(point.startswith("not ok") for point in points), 4)
        self.assertEqual([p for p in points if re.search(r"(?<!\\)# SKIP", p)], [points[5]])
        for line in lines:
            self.assertRegex(line, r"^(TAP version 14|#|1\.\.|(not )?ok \d+ - |  )")


class Page(html.parser.HTMLParser):
    VOID = {"meta", "input", "rect", "br"}

    def __init__(self, text):
        super().__init__()
        self.open, self.elements, self.words = [], [], []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if tag not in self.VOID:
            assert self.open.pop() == tag, (tag, self.getpos())

    def handle_data(self, data):
        self.words.append(data)


class Html(unittest.TestCase):
    def test_is_well_formed_and_loads_nothing(self):
        for name in ("run.html", "unreachable.html"):
            text = read(name)
            page = Page(text)
            self.assertEqual(page.open, [])
            for tag, attributes in page.elements:
                self.assertNotIn(tag, ("script", "link", "img", "iframe", "object", "embed", "base"))
                self.assertFalse({"src", "style", "srcset"} & set(attributes))
                self.assertFalse([key for key in attributes if key.startswith("on")])
                if "href" in attributes:
                    self.assertTrue(attributes["href"].startswith("https://www.rfc-editor.org/rfc/"))
            self.assertNotRegex(text, r"@import|url\(|@font-face")

    def test_hostile_text_is_text(self):
        self.assertIn("own/a,b:c#d%|[x=<script>alert(1)</script>]", Page(read("run.html")).words)

    def test_failing_cases_come_first_and_open(self):
        cases = [a for tag, a in Page(read("run.html")).elements if tag == "details"]
        self.assertEqual(["failing" in a["class"] for a in cases], [True] * 3 + [False] * 5)
        self.assertEqual(["open" in a for a in cases], [True] * 3 + [False] * 5)


class GitHub(unittest.TestCase):
    def test_one_command_a_line(self):
        lines = read("run.github").splitlines()
        self.assertEqual([line.split()[0] for line in lines], ["::error"] * 3 + ["::warning"])
        hostile = [line for line in lines if "scenarios/own" in line][0]
        self.assertTrue(hostile.startswith(
            "::error file=scenarios/own%2C and%3A 100%25.yaml,line=7,title=own/a%2Cb%3Ac#d%25|[x=<script>"))
        self.assertIn("100%25 **bold**", hostile)
        self.assertEqual(len(read("unreachable.github").splitlines()), 1)


if __name__ == "__main__":
    sys.exit(unittest.main())
