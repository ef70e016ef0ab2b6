"""The test page that a browser gets from wsrig-echo."""

import contextlib
import os
import unittest

from browser import CHROMIUM, Browser
from echo_process import Echo


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
