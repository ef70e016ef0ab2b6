"""How wsrig-echo starts, listens and ends."""

import signal
import socket
import unittest

from echo_process import Echo, run_echo
from wire import REQUEST, frame, read_all, read_head


class Start(unittest.TestCase):
    def test_a_ready_line_for_each_listener(self):
        with Echo(listen=("ws://127.0.0.1:0/chat", "wss://127.0.0.1:0", "tcp://127.0.0.1:0")) as echo:
            self.assertEqual([line["event"] for line in echo.ready], ["listening"] * 3)
            self.assertEqual([line["name"] for line in echo.ready], ["ws", "wss", "tcp"])
            self.assertEqual(echo.url, f"ws://127.0.0.1:{echo.port}/chat")
            self.assertEqual(echo.ready[0]["address"], f"127.0.0.1:{echo.port}")

    def test_a_taken_port_exits_3(self):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            port = taken.getsockname()[1]
            for engine in ("core", "beast"):
                code, _, errors = run_echo("--listen", f"ws://127.0.0.1:{port}", "--engine", engine)
                self.assertEqual(code, 3)
                self.assertEqual(errors, f"wsrig-echo: listen on 127.0.0.1:{port}: Address already in use\n")

    def test_a_missing_certificate_exits_3(self):
        code, _, errors = run_echo("--listen", "wss://127.0.0.1:0", "--cert", "/nonexistent.pem")
        self.assertEqual(code, 3)
        self.assertIn("/nonexistent.pem", errors)

    def test_wrong_options_exit_2_with_a_suggestion(self):
        for options, message in {
            ("--lisen", "ws://127.0.0.1:0"): "--listen",
            ("--listen", "http://127.0.0.1:0"): "did you mean ws?",
            ("--misbehave", "no-pnog"): "did you mean 'no-pong'?",
            ("--mode", "ecco"): "echo",
            ("--max-message", "16"): "with its unit",
            ("--idle-timeout", "5"): "with its unit",
            ("--deflate", "server_max_window_bits=16"): "8..15",
            ("--deflate", "bogus"): "'bogus' is not understood",
            ("--subprotocol", "a b"): "not a token",
            ("--prefix", "x"): "--mode prefix",
            ("--engine", "beast", "--misbehave", "no-pong"): "not for '--engine beast'",
            ("--listen", "tcp://127.0.0.1:0", "--mode", "prefix"): "can only echo or sink",
        }.items():
            with self.subTest(options=options):
                code, output, errors = run_echo(*options)
                self.assertEqual(code, 2)
                self.assertEqual(output, "")
                self.assertIn(message, errors)

    def test_the_list_of_misbehaviours_names_a_section_for_each(self):
        code, output, _ = run_echo("--list-misbehaviours")
        self.assertEqual(code, 0)
        lines = output.splitlines()
        self.assertGreaterEqual(len(lines), 15)
        for line in lines:
            self.assertRegex(line, r"^[a-z0-9-]+ +RFC \d+ §[\d.]+ +\S")


class End(unittest.TestCase):
    def test_signals_say_1001_and_exit_0(self):
        for engine in ("core", "beast"):
            for number in (signal.SIGTERM, signal.SIGINT):
                with self.subTest(engine=engine, signal=number), Echo("--engine", engine) as echo:
                    with echo.connect() as connection:
                        connection.sendall(REQUEST)
                        read_head(connection)
                        echo.stop(number)
                        close = connection.recv(4)
                        self.assertEqual(close[0], 0x88)
                        self.assertEqual(close[2:4], (1001).to_bytes(2, "big"))
                        connection.sendall(frame(8, (1001).to_bytes(2, "big")))
                        read_all(connection)
                    self.assertEqual(echo.process.wait(timeout=10), 0)

    def test_a_peer_that_ignores_the_close_does_not_hold_it_up(self):
        with Echo("--close-timeout", "200ms") as echo:
            with echo.connect() as connection:
                connection.sendall(REQUEST)
                read_head(connection)
                echo.stop()
                self.assertEqual(echo.process.wait(timeout=10), 0)

    def test_what_was_echoed_is_delivered_before_the_end(self):
        message = bytes(range(256)) * 4096
        with Echo() as echo:
            with echo.connect() as connection:
                connection.sendall(REQUEST)
                read_head(connection)
                connection.sendall(frame(2, message))
                first = connection.recv(1)  # the echo is on its way; most of it waits in the server
                echo.stop()
                received = first
                while len(received) < 10 + len(message) + 2:
                    received += connection.recv(65536)
                self.assertEqual(received[10:10 + len(message)], message)
                self.assertEqual(received[10 + len(message)], 0x88)

    def test_a_second_signal_ends_it_at_once(self):
        with Echo("--close-timeout", "60s") as echo:
            with echo.connect() as connection:
                connection.sendall(REQUEST)
                read_head(connection)
                echo.stop()
                connection.recv(2)
                echo.stop()
                echo.expected_code = 130
                self.assertEqual(echo.process.wait(timeout=10), 130)

    def test_no_new_connections_while_it_drains(self):
        with Echo("--close-timeout", "60s") as echo:
            with echo.connect() as connection:
                connection.sendall(REQUEST)
                read_head(connection)
                echo.stop()
                connection.recv(2)
                with self.assertRaises(ConnectionRefusedError):
                    echo.connect()
                connection.sendall(frame(8))


if __name__ == "__main__":
    unittest.main()
