"""What wsrig-load says when the machine has no more for it: descriptors, and ports of an address."""
import json
import os
import resource
import subprocess
import unittest

import support

LOAD = support.program("wsrig-load")
# Servers and loads in a network of their own, whose loopback has twenty ports to connect from.
FEW_PORTS = """
ip link set lo up
echo 40000 40019 >/proc/sys/net/ipv4/ip_local_port_range
coproc "$1" --listen ws://127.0.0.1:0
read -r ready <&"${COPROC[0]}"
port=$(sed 's/.*"port":\\([0-9]*\\).*/\\1/' <<<"$ready")
"$2" "ws://127.0.0.1:$port/" "${@:3}"
code=$?
kill "$COPROC_PID"
wait
exit "$code"
"""
SHORT = ["-q", "-c", "50", "-r", "100", "-d", "300ms", "--json", "-"]


def with_few_ports(*options):
    """A load's document; its exit code is checked."""
    done = support.run("unshare", "--map-root-user", "--net", "bash", "-c", FEW_PORTS, "bash",
                       support.program("wsrig-echo"), LOAD, *SHORT, *options, check=0)
    return json.loads(done.stdout)


def may_make_networks():
    return subprocess.run(["unshare", "--map-root-user", "--net", "true"], capture_output=True, check=False).returncode == 0


class Limits(unittest.TestCase):
    def assert_says(self, document, text):
        remarks = [remark["text"] for remark in document["remarks"]]
        self.assertTrue(any(text in remark for remark in remarks), remarks)

    @unittest.skipIf("ASAN_OPTIONS" in os.environ, "UBSan needs descriptors of its own to look at an object")
    def test_descriptors(self):
        with support.echo() as url:
            done = subprocess.run([LOAD, url, *SHORT, "--threshold", "errors < 1000000"], capture_output=True, text=True,
                                  timeout=support.PATIENCE, check=False,
                                  preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (40, 40)))
        document = json.loads(done.stdout)
        self.assert_says(document, "40 files may be open at once (ulimit -n)")
        self.assertLess(document["phases"][0]["connections"], 40)
        self.assertEqual(done.returncode, 1, "a run that its own limits cut short fails its thresholds")

    @unittest.skipUnless(may_make_networks(), "needs the right to make network namespaces")
    def test_ports_of_one_address_and_of_several(self):
        document = with_few_ports()
        self.assert_says(document, "the ports of this address are used up")
        self.assert_says(document, "--source")
        self.assertLessEqual(document["phases"][0]["connections"], 20)
        document = with_few_ports("--source", "127.0.0.2-127.0.0.4")
        self.assertEqual(document["phases"][0]["connections"], 50)


if __name__ == "__main__":
    unittest.main()
