"""What the tests of the pages share: one server, one browser, pictures, no errors."""

import atexit
import os
import re
import unittest

from browser import Browser
from server import Server

_shared = {}


def shared():
    """The server and the browser, started by the first test."""
    if not _shared:
        _shared["server"] = Server()
        atexit.register(_shared["server"].end)
        _shared["browser"] = Browser().__enter__()
        atexit.register(_shared["browser"].__exit__)
    return _shared["server"], _shared["browser"]


class PagesCase(unittest.TestCase):
    """Each test begins with a page of its own, in English and light, and leaves a picture."""

    def setUp(self):
        self.server, self.browser = shared()
        self.browser.problems.clear()
        self.browser.resize(1280, 900)
        self.browser.prefer("light")
        self.browser.go(self.server.url + "/")
        self.browser.run("localStorage.clear()")

    def tearDown(self):
        folder = os.environ.get("KALSAE_PAGES_PICTURES")
        if folder:
            os.makedirs(folder, exist_ok=True)
            name = re.sub(r".*\.(\w+)\.(\w+)$", r"\1-\2", self.id())
            self.browser.picture(os.path.join(folder, f"{name}.png"))
        self.assertEqual(self.browser.problems, [], "errors of the console")

    def open(self, path, ready="main h1"):
        """Goes to a page as a new visitor, and waits until it is there."""
        self.browser.go("about:blank")
        self.browser.go(f"{self.server.url}/#{path}")
        self.wait(f"!!document.querySelector({ready!r})", f"{path} with {ready}")

    def wait(self, condition, what=None, seconds=15):
        return self.browser.wait(condition, what, seconds)

    def text(self, selector):
        return self.browser.run(f"document.querySelector({selector!r})?.innerText ?? ''")

    def texts(self, selector):
        return self.browser.run(
            f"[...document.querySelectorAll({selector!r})].map((one) => one.innerText)")

    def count(self, selector):
        return self.browser.run(f"document.querySelectorAll({selector!r}).length")
