"""Headless Chromium, by its DevTools protocol, with no network but loopback."""

import asyncio
import contextlib
import json
import shutil
import subprocess
import tempfile
import urllib.request

import websockets

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
