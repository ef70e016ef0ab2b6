"""How much the standard suite finds: every deliberate violation of our echo server must be caught by a case that cites
the section that was broken, and nothing that is merely unusual may fail. The tables are printed."""
import collections
import concurrent.futures
import os
import unittest

from support import echo, program, report, run, wsrig

# What readings differ about fails nobody, but it is noted.
CONTESTED = {"accept-length-not-minimal"}
# Cases that show what a server sends of itself, whatever section they are about.
CONVERSATION = ["*/hello", "*/text-lengths", "*/binary-lengths", "*/ping", "*/ping-of-125", "*/two-fragments",
                "*/multibyte-text", "*/octets-of-text", "*/many-messages", "*/many-outstanding", "*/code",
                "*/accepted", "*/legal-offers", "*/round-trip", "*/shortest-lengths-sent", "*/compressed-without-agreement"]
# What only shows in large messages, in many, or under an agreement of its own.
AT_LENGTH = {"truncate-huge": ["*/large-binary[4MiB]"], "corrupt-large": ["*/large-binary[256KiB]"],
             "deflate-context-kept": ["*/server-context-given-up"], "deflate-window-ignored": ["*/server-window"],
             "double-some": ["*/thousand-texts[16]"]}
# Their cases wait longest for an answer that does not come, so they are begun first.
LONG_WAITS = ("RFC 6455 §5.4", "RFC 6455 §5.5.2", "RFC 6455 §6.2", "RFC 6455 §5.2")
# Quirks that can be had at once are run at once; these contradict others.
ALONE = {"upper-case-fields", "close-without-code", "close-always-1000", "close-always-1001", "close-with-long-reason",
         "drop-on-violation", "upper-case-upgrade", "lower-case-connection", "no-reason", "compress-never",
         "fragments-of-1", "fragments-of-3", "fragments-of-126", "empty-fragment-first"}
CPUS = os.cpu_count() or 2


def listed(option):
    """Name -> section."""
    rows = {}
    for line in run(program("wsrig-echo"), option, check=0).stdout.splitlines():
        name, rfc, number, section = line.split()[:4]
        rows[name] = f"{rfc} {number} {section}"
    return rows


def cases_by_section():
    """Section -> ids of the cases that are about it."""
    sections = collections.defaultdict(list)
    lines = wsrig("list", "--long", "--tag", "!large", "--tag", "!many", check=0).stdout.splitlines()
    for case, about in zip(lines, lines[1:]):
        if about.startswith("    ") and not case.startswith("    "):
            words = about.split()
            sections[" ".join(words[1:4])].append(case.split("[")[0])
    return {section: sorted(set(ids)) for section, ids in sections.items()}


class Recall(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.sections = cases_by_section()

    def catches(self, name, section):
        """The requirements whose cases failed and cite the section."""
        chosen = [option for case in [*self.sections.get(section, []), *CONVERSATION,
                                                   *AT_LENGTH.get(name, [])] for option in ("--only", case)]
        with echo("--misbehave", name) as url:
            document = report("test", url, *chosen, "--strict", "--within", "1s", "-j", "64")
        cited = [case for case in document["cases"] if case.get("rule_section", case["section"]) == section]
        if name in CONTESTED:
            return [case["requirements"] for case in cited if case["grade"] == "informational"]
        return [case["requirements"] for case in cited if case["fails_run"]]

    def test_every_violation_is_caught_by_a_case_that_cites_its_section(self):
        rows = listed("--list-misbehaviours")
        self.assertGreaterEqual(len(rows), 150)
        order = sorted(rows, key=lambda name: rows[name] not in LONG_WAITS)
        # Most of a run is waiting for what does not come.
        with concurrent.futures.ThreadPoolExecutor(10 * CPUS) as pool:
            caught = dict(zip(order, pool.map(self.catches, order, [rows[name] for name in order])))
        self.show(rows, caught)
        self.assertEqual([name for name, requirements in caught.items() if not requirements], [])

    @staticmethod
    def show(rows, caught):
        families = collections.defaultdict(list)
        requirements = collections.Counter()
        for name, section in rows.items():
            families[section].append(bool(caught[name]))
            requirements.update({one for case in caught[name] for one in case})
        print("\ncaught of violations, by the section that they break")
        for section, found in sorted(families.items()):
            print(f"  {section:20} {sum(found):3} of {len(found)}")
        print(f"  {'all':20} {sum(map(bool, caught.values())):3} of {len(rows)}")
        print("violations that the cases of a requirement caught")
        print("  " + ", ".join(f"{name} {count}" for name, count in sorted(requirements.items())))


class FalseAlarms(unittest.TestCase):
    def failures(self, names):
        with echo("--quirk", ",".join(names)) as url:
            document = report("test", url, "-j", "32", "--tag", "!large", "--tag", "!many", "--within", "10s")
        return [(names, case["id"], case["message"]) for case in document["cases"] if case["fails_run"]]

    def test_what_is_unusual_and_allowed_never_fails(self):
        rows = listed("--list-quirks")
        self.assertGreaterEqual(len(rows), 40)
        together = [name for name in rows if name not in ALONE]
        groups = [together[0::3], together[1::3], together[2::3], *([name] for name in sorted(ALONE))]
        self.assertEqual({name for group in groups for name in group}, set(rows))
        with concurrent.futures.ThreadPoolExecutor(3 * CPUS) as pool:
            failures = [failure for found in pool.map(self.failures, groups) for failure in found]
        print(f"\nfalse alarms: {len(failures)} in {len(rows)} quirks")
        self.assertEqual(failures, [])


if __name__ == "__main__":
    unittest.main()
