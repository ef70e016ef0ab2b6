"""wsrig-load on its way to a server: what its handshakes bring, from where it comes, and through which proxies; held
against peers that we did not write."""
import asyncio
import collections
import contextlib
import http
import json
import os
import threading
import unittest

import support
import websockets
from foreign_proxies import microsocks, tinyproxy

LOAD = support.program("wsrig-load")
SCENARIOS = os.path.join(support.ROOT, "scenarios")
OPTIONS = ("-c", "6", "-r", "200", "-d", "400ms", "-m", "2 text 100B", "-m", "1 binary 5KiB frag=1KiB")


def load(url, *options, check=0, environment=None):
    """Runs a load and gives its JSON document."""
    done = support.run(LOAD, url, "--json", "-", "--quiet", *OPTIONS, *options, check=check, env=environment)
    return json.loads(done.stdout)


class Witness:
    """python3-websockets as an echo server in a thread of the test, which keeps what every handshake brought. With
    `authorization` it lets nobody else in."""

    def __init__(self, authorization=None, **options):
        self.authorization = authorization
        self.options = options
        self.requests = []   # (path, headers)
        self.addresses = []  # of the clients

    async def _admit(self, path, headers):
        self.requests.append((path, headers))
        return (http.HTTPStatus.UNAUTHORIZED, [], b"") if self.authorization not in (None, headers.get("Authorization")) else None

    async def _echo(self, connection, _path=None):
        self.addresses.append(connection.remote_address[0])
        with contextlib.suppress(websockets.ConnectionClosed):
            async for message in connection:
                await connection.send(message)

    async def _serve(self, ready):
        async with websockets.serve(self._echo, "127.0.0.1", 0, process_request=self._admit, **self.options) as server:
            self.url = f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
            self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
            ready.set()
            await self._stop.wait()

    def __enter__(self):
        ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve(ready)))
        self._thread.start()
        ready.wait()
        return self

    def __exit__(self, *_):
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()

    def headers(self, name):
        """What the handshakes said, and how often."""
        return collections.Counter(tuple(headers.get_all(name)) for _, headers in self.requests)


class Clean(unittest.TestCase):
    def check(self, document, connections=6):
        figures = document["total"]
        counters = figures["counters"]
        self.assertEqual(figures["error_count"], 0, figures)
        self.assertEqual(counters["messages_sent"], counters["messages_received"], counters)
        self.assertEqual(counters["connects_opened"], connections)
        return figures


class Handshakes(Clean):
    def test_what_each_brings(self):
        with support.folder() as where, Witness(subprotocols=["chat"]) as witness:
            data, secret = os.path.join(where, "users.csv"), os.path.join(where, "secret")
            with open(data, "w", encoding="utf-8") as file:
                file.write("user,room\nada,a b\nbob,c\n")
            with open(secret, "w", encoding="utf-8") as file:
                file.write("crumb\n")
            self.check(load(witness.url + "chat/${row.user}?room=${row.room}&n=${connection}", "--data", data,
                            "--header", "X-User: ${row.user}", "-H", "X-Key: ${env:TEST_KEY}",
                            "--origin", "https://example.org", "--cookie", "a=1", "--cookie", "b=${file:" + secret + "}",
                            "--user", "ann:${env:TEST_PASSWORD}", "--subprotocol", "other", "--subprotocol", "chat",
                            environment={"TEST_KEY": "k1", "TEST_PASSWORD": "p:w"}))
        self.assertEqual(sorted(path for path, _ in witness.requests),
                         [f"/chat/ada?room=a%20b&n={n}" for n in (0, 2, 4)] + [f"/chat/bob?room=c&n={n}" for n in (1, 3, 5)])
        for name, value in {"X-Key": "k1", "Origin": "https://example.org", "Cookie": "a=1; b=crumb",
                            "Authorization": "Basic YW5uOnA6dw==", "Sec-WebSocket-Protocol": "other, chat"}.items():
            self.assertEqual(witness.headers(name), {(value,): 6}, name)
        self.assertEqual(witness.headers("X-User"), {("ada",): 3, ("bob",): 3})

    def test_who_is_not_let_in_is_told_so(self):
        with Witness(authorization="Bearer t1") as witness:
            self.check(load(witness.url, "--bearer", "${env:TEST_TOKEN}", environment={"TEST_TOKEN": "t1"}))
            total = load(witness.url, "--bearer", "t2", check=3)["total"]
        self.assertGreaterEqual(total["errors"]["handshake: HTTP 401"], 6)
        self.assertGreaterEqual(total["http_statuses"]["401"], 6)
        self.assertEqual(total["counters"].get("messages_sent", 0), 0)

    def test_broken_frames_come_with_all_that(self):
        with Witness(authorization="Bearer t1") as witness:
            total = load(witness.url, "--bearer", "t1", "--broken", 'text rsv1 "x"', "--broken-share", "10%")["total"]
        self.assertGreater(total["counters"]["violations_sent"], 0)
        self.assertEqual((total["counters"].get("violations_missed", 0), total["error_count"]), (0, 0))

    def test_connections_come_from_a_pool_of_addresses(self):
        with Witness() as witness:
            self.check(load(witness.url, "--source", "127.0.0.2-127.0.0.3", "--source", "127.0.0.9"))
        self.assertEqual(collections.Counter(witness.addresses), {"127.0.0.2": 2, "127.0.0.3": 2, "127.0.0.9": 2})


class Ways(Clean):
    def test_through_socks5(self):
        with Witness() as witness, microsocks(self, "-u", "ann", "-P", "p:w", "-b", "127.0.0.7") as port:
            self.check(load(witness.url, "--via", f"socks5://ann:${{env:TEST_PASSWORD}}@127.0.0.1:{port}",
                            environment={"TEST_PASSWORD": "p:w"}))
            self.assertEqual(set(witness.addresses), {"127.0.0.7"})
            total = load(witness.url, "--via", f"socks5://ann:no@127.0.0.1:{port}", check=3)["total"]
            self.assertTrue(all(kind.startswith("proxy: ") for kind in total["errors"]), total["errors"])

    def test_through_connect_and_tls(self):
        with support.echo(listen="wss://127.0.0.1:0") as url, tinyproxy(self, "BasicAuth ann secret\n") as port:
            total = self.check(load(url, "--insecure", "--via", f"http://ann:secret@127.0.0.1:{port}"))
            self.assertEqual(total["timings"]["tls"]["count"], 6)
            total = load(url, "--insecure", "--via", f"http://ann:wrong@127.0.0.1:{port}", check=3)["total"]
            self.assertTrue(all(kind.startswith("proxy: ") for kind in total["errors"]), total["errors"])

    def test_a_certificate_that_is_not_trusted(self):
        with support.echo(listen="wss://127.0.0.1:0") as url:
            total = load(url, check=3)["total"]
        self.assertTrue(all(kind.startswith("tls: ") for kind in total["errors"]), total["errors"])

    def test_through_nginx_and_wsrig_proxy(self):
        def run(name):
            with support.folder() as where:
                path = os.path.join(SCENARIOS, "subjects", name)
                (case,) = support.report("run", path, "-q", "--artifacts", where)["cases"]
                return read(case["documents"][0])

        for document in support.side_by_side(run, ("load-nginx.yaml", "load-wsrig-proxy.yaml")):
            figures = self.check(document, connections=50)
            self.assertGreater(figures["counters"]["messages_sent"], 0)


LOGIN = """\
wsrig: 1
suite: own
load:
  data: users.csv
  url: "{url}?token=${{token}}"
  headers: {{ Cookie: "session=${{cookie}}" }}
  session: |
    > http \"\"\"
      POST /login HTTP/1.1
      Content-Type: application/json

      {{"name": "${{row.name}}", "password": "${{env:TEST_SECRET}} of ${{row.name}}"}}
      \"\"\"
    < http 200 {{ set-cookie: /session=(?<cookie>[^;]+)/ }}
    < raw /"token": "(?<token>[^"]+)"/
    > text "subscribe ${{row.name}}"
    < text json {{ "subscribed": "${{row.name}}", "room": $room }}
    every {every}
    > text "alive ${{connection}}"
    < text "still alive ${{connection}}"
  mix:
    - {{ message: text, payload: '{{"id": ${{seq}}, "room": "${{room}}"}}' }}
  replies: "json:id"
  phases:
    - {{ name: steady, connections: 6, rate: 100/s, for: {duration} }}
"""


class Sessions(Clean):
    """Each connection logs in by HTTP, brings what it was given, subscribes, and says in time that it is alive."""

    def load(self, alive, every, duration, secret):
        with support.folder() as where, support.line_server(support.node_server("login_server.js") + [alive]) as url:
            path = os.path.join(where, "login.yaml")
            with open(path, "w", encoding="utf-8") as file:
                file.write(LOGIN.format(url=url, every=every, duration=duration))
            with open(os.path.join(where, "users.csv"), "w", encoding="utf-8") as file:
                file.write("name\nada\nbob\n")
            support.wsrig("run", url, path, "--artifacts", where, env={"TEST_SECRET": secret})
            return read(os.path.join(where, "own_load.json"))["total"]

    def test_all_is_as_the_server_wants_it(self):
        # Without the heartbeat the server would close each connection in a run that is longer than its patience.
        total = self.load("15000", "50ms", "500ms", "secret")
        self.assertEqual(total["error_count"], 0, total["errors"])
        self.assertEqual(total["counters"]["messages_sent"], total["counters"]["messages_received"])
        self.assertGreater(total["counters"]["frames_sent"], total["counters"]["messages_sent"] + 3 * 6, "heartbeats")

    def test_without_a_heartbeat_the_server_goes_away(self):
        total = self.load("100", "1m", "600ms", "secret")
        self.assertGreater(total["close_codes"].get("4001", 0), 0, total)

    def test_a_login_that_fails(self):
        total = self.load("15000", "1m", "100ms", "wrong")
        (kind,) = total["errors"]
        self.assertTrue(kind.startswith("session: < http 200"), kind)
        self.assertTrue(kind.endswith("it was HTTP 403"), kind)


def read(path):
    with open(path, encoding="utf-8") as file:
        return json.load(file)


if __name__ == "__main__":
    unittest.main()
