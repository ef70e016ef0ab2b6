"""The test page that a browser gets from wsrig-echo, in headless Chromium (by its DevTools protocol)."""

import asyncio
import contextlib
import json
import os
import shutil
import subprocess
import tempfile
import unittest
import urllib.request

import websockets
from echo_process import Echo

CHROMIUM = shutil.which("chromium")
# No network but loopback: the browser's own background requests are switched off.
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-extensions",
         "--disable-background-networking", "--disable-component-update", "--disable-sync",
         "--remote-debugging-port=0", "--window-size=1000,1100"]


class Browser:
    """One page of a Chromium."""

    def __init__(self, connection):
        self._connection = connection
        self._last_id = 0
        self.requested = []  # URLs of all requests of the page
        self.errors = []     # what the page threw or complained of

    @staticmethod
    @contextlib.asynccontextmanager
    async def start():
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
            process = subprocess.Popen([CHROMIUM, *FLAGS, f"--user-data-dir={profile}", "about:blank"],
                                       stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
            try:
                line = next(line for line in process.stderr if "DevTools listening on" in line)
                port = line.split(":")[-1].split("/")[0]
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/json/list") as pages:
                    page = next(page for page in json.load(pages) if page["type"] == "page")
                async with websockets.connect(page["webSocketDebuggerUrl"], max_size=None) as connection:
                    browser = Browser(connection)
                    for domain in ("Page", "Runtime", "Network", "Log"):
                        await browser.call(f"{domain}.enable")
                    yield browser
            finally:
                process.terminate()
                process.wait()
                process.stderr.close()

    async def call(self, method, **parameters):
        self._last_id += 1
        await self._connection.send(json.dumps({"id": self._last_id, "method": method, "params": parameters}))
        while True:
            message = json.loads(await asyncio.wait_for(self._connection.recv(), 30))
            if message.get("id") == self._last_id:
                return message["result"]
            self._note(message)

    def _note(self, event):
        kind, details = event.get("method"), event.get("params", {})
        if kind == "Network.requestWillBeSent":
            self.requested.append(details["request"]["url"])
        if kind in ("Runtime.exceptionThrown", "Log.entryAdded"):
            self.errors.append(details)

    async def run(self, script):
        """The value of a JavaScript expression, in which `await` may stand."""
        result = await self.call("Runtime.evaluate", expression=f"(async () => ({script}))()", awaitPromise=True,
                                 returnByValue=True)
        assert "exceptionDetails" not in result, result
        return result["result"].get("value")

    async def open(self, url):
        await self.call("Page.navigate", url=url)
        await self.wait("document.readyState === 'complete' && location.href !== 'about:blank'")

    async def wait(self, condition):
        """Waits until a JavaScript expression holds."""
        script = (f"new Promise((resolve, reject) => {{ const end = Date.now() + 20000; (function look() {{"
                  f" if ({condition}) resolve(true); else if (Date.now() > end) reject('in vain: ' + document.body.innerText);"
                  f" else setTimeout(look, 10); }})(); }})")
        await self.run(f"await {script}")

    async def text(self, selector):
        return await self.run(f"document.querySelector({selector!r}).textContent")

    async def fill(self, selector, value):
        await self.run(f"document.querySelector({selector!r}).value = {json.dumps(value)}")

    async def click(self, selector):
        await self.run(f"document.querySelector({selector!r}).click()")


@unittest.skipUnless(CHROMIUM, "no chromium: ci/setup installs it")
class Page(unittest.IsolatedAsyncioTestCase):
    async def asyncSetUp(self):
        stack = contextlib.AsyncExitStack()
        self.addAsyncCleanup(stack.aclose)
        self.echo = stack.enter_context(Echo("--subprotocol", "chat"))
        self.browser = await stack.enter_async_context(Browser.start())
        await self.browser.open(f"http://127.0.0.1:{self.echo.port}/")

    async def connect(self):
        await self.browser.click("#connect")
        await self.browser.wait("document.querySelector('#state').textContent === '1 OPEN'")

    async def test_a_whole_session(self):
        browser = self.browser
        self.assertEqual(await browser.run("document.querySelector('#address').value"), self.echo.url)
        self.assertEqual(await browser.text("#state"), "3 CLOSED")
        await browser.fill("#subprotocols", "other, chat")
        await self.connect()
        self.assertEqual(await browser.text("#agreed"), "chat, permessage-deflate")

        await browser.fill("#payload", "Grüße")
        await browser.click("#send")
        await browser.wait("document.querySelector('#log').textContent.includes('< text, 7 octets: Grüße')")
        self.assertRegex(await browser.text("#rtt"), r"^\d+\.\d\d ms$")

        await browser.fill("#kind", "binary")
        await browser.fill("#payload", "00 ff 7F")
        await browser.click("#send")
        await browser.wait("document.querySelector('#log').textContent.includes('< binary, 3 octets: 00 ff 7f')")

        await browser.fill("#code", "4001")
        await browser.fill("#reason", "enough")
        await browser.click("#close")
        await browser.wait("document.querySelector('#state').textContent === '3 CLOSED'")
        self.assertEqual(await browser.text("#closed"), '4001 clean')
        await self.take_screenshot()
        self.assertEqual(browser.errors, [])
        outside = [url for url in browser.requested
                   if not url.startswith((f"http://127.0.0.1:{self.echo.port}/", "data:"))]
        self.assertEqual(outside, [])

    async def take_screenshot(self):
        """For the eye, where WSRIG_SCREENSHOT names a file."""
        path = os.environ.get("WSRIG_SCREENSHOT")
        if path:
            import base64
            picture = await self.browser.call("Page.captureScreenshot")
            with open(path, "wb") as file:
                file.write(base64.b64decode(picture["data"]))

    async def test_it_says_what_is_wrong(self):
        browser = self.browser
        await browser.fill("#address", "ftp://nowhere")
        await browser.click("#connect")
        await browser.wait("document.querySelector('#log .bad') !== null")
        await browser.fill("#address", self.echo.url)
        await self.connect()
        await browser.fill("#kind", "binary")
        await browser.fill("#payload", "0")
        await browser.click("#send")
        await browser.wait("document.querySelector('#log').textContent.includes('not hexadecimal')")
        await browser.fill("#code", "1002")
        await browser.click("#close")
        await browser.wait("document.querySelector('#log').lastChild.className === 'bad'")
        self.assertEqual(await browser.text("#state"), "1 OPEN")

    async def test_it_connects_to_another_address_and_shows_the_servers_close(self):
        with Echo(listen=("ws://127.0.0.1:0/other",)) as other:
            await self.browser.fill("#address", other.url)
            await self.connect()
            other.stop()
            await self.browser.wait("document.querySelector('#state').textContent === '3 CLOSED'")
            self.assertEqual(await self.browser.text("#closed"), '1001 "the server stops" clean')


if __name__ == "__main__":
    unittest.main()
