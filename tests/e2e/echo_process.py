"""Starts wsrig-echo for a test."""

import os

from support import ServerProcess, run_to_end

# AddressSanitizer keeps freed memory for a while: it must not count as growth.
QUARANTINE = (400 << 20) if "ASAN_OPTIONS" in os.environ else 0


class Echo(ServerProcess):
    def __init__(self, *options, listen=("ws://127.0.0.1:0",)):
        self._connections = 0
        super().__init__("wsrig-echo", *options, listen=listen)

    def connect(self):
        # Thousands in a row would use up the ports of one address.
        self._connections += 1
        return super().connect(source_address=(f"127.0.0.{1 + self._connections % 250}", 0))


def run_echo(*options):
    return run_to_end("wsrig-echo", *options)
