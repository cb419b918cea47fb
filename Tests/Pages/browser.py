"""Headless Chromium over the DevTools protocol: one page, its errors, its pictures."""

import base64
import json
import os
import shutil
import subprocess
import tempfile
import time
import urllib.request

import websocket


# What Chromium itself, and not the page, listens to.
key_numbers = {"Escape": 27, "Enter": 13, "Delete": 46, "ArrowLeft": 37, "ArrowUp": 38,
               "ArrowRight": 39, "ArrowDown": 40}


class PageError(AssertionError):
    """What a page did that it should not, or did not in time."""


class Browser:
    """One Chromium with one page; use as a context."""

    def __init__(self, width=1280, height=900):
        self.size = (width, height)
        self.profile = tempfile.mkdtemp(prefix="kalsae-pages-")
        self.problems = []
        self.count = 0
        self.shape = None

    def __enter__(self):
        self.process = subprocess.Popen(
            [chromium(), "--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run",
             "--hide-scrollbars", "--disable-dev-shm-usage", "--remote-debugging-port=0",
             "--remote-allow-origins=*", "--lang=en", f"--user-data-dir={self.profile}",
             "about:blank"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        port = self._port()
        pages = json.load(urllib.request.urlopen(f"http://127.0.0.1:{port}/json"))
        page = next(one for one in pages if one["type"] == "page")
        self.socket = websocket.create_connection(page["webSocketDebuggerUrl"], timeout=30)
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{domain}.enable")
        self.resize(*self.size)
        return self

    def __exit__(self, *_):
        self.socket.close()
        self.process.terminate()
        self.process.wait()
        shutil.rmtree(self.profile, ignore_errors=True)

    def _port(self):
        path = os.path.join(self.profile, "DevToolsActivePort")
        for _ in range(300):
            if os.path.exists(path):
                with open(path) as file:
                    lines = file.read().split("\n")
                if len(lines) > 1:
                    return int(lines[0])
            if self.process.poll() is not None:
                raise PageError("chromium: expected a browser that stays, it ended")
            time.sleep(0.1)
        raise PageError("chromium: expected its port within 30 s")

    def call(self, method, **parameters):
        self.count += 1
        wanted = self.count
        self.socket.send(json.dumps({"id": wanted, "method": method, "params": parameters}))
        while True:
            message = json.loads(self.socket.recv())
            if message.get("id") == wanted:
                if "error" in message:
                    raise PageError(f"{method}: {message['error']['message']}")
                return message["result"]
            self._note(message)

    def _note(self, message):
        """Keeps what a console would show in red."""
        method, data = message.get("method"), message.get("params", {})
        if method == "Runtime.exceptionThrown":
            detail = data["exceptionDetails"]
            text = detail.get("exception", {}).get("description") or detail["text"]
            self.problems.append(f"exception: {text}")
        elif method == "Log.entryAdded" and data["entry"]["level"] == "error":
            self.problems.append(f"log: {data['entry']['text']} {data['entry'].get('url', '')}")
        elif method == "Runtime.consoleAPICalled" and data["type"] in ("error", "assert"):
            texts = [str(one.get("value", one.get("description"))) for one in data["args"]]
            self.problems.append("console: " + " ".join(texts))

    def resize(self, width, height, is_touch=False):
        # Chromium answers only once a frame was drawn, which an equal size never causes.
        wanted = (width, height, is_touch)
        if wanted == self.shape:
            return
        self.shape = wanted
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height,
                  deviceScaleFactor=1, mobile=is_touch)

    def prefer(self, theme="light", motion="reduce"):
        self.call("Emulation.setEmulatedMedia", features=[
            {"name": "prefers-color-scheme", "value": theme},
            {"name": "prefers-reduced-motion", "value": motion}])

    def go(self, url):
        self.call("Page.navigate", url=url)
        self.wait("document.readyState === 'complete'", "a loaded page")

    def run(self, script):
        """The value of an expression; promises are awaited."""
        result = self.call("Runtime.evaluate", expression=script, awaitPromise=True,
                           returnByValue=True, userGesture=True)
        if "exceptionDetails" in result:
            detail = result["exceptionDetails"]
            raise PageError(detail.get("exception", {}).get("description") or detail["text"])
        return result["result"].get("value")

    def wait(self, condition, what=None, seconds=15):
        """Waits until an expression is true, and gives its value."""
        end = time.monotonic() + seconds
        while True:
            try:
                value = self.run(condition)
            except PageError:
                value = None
            if value:
                return value
            if time.monotonic() > end:
                raise PageError(f"expected {what or condition} within {seconds} s")
            time.sleep(0.03)

    def find(self, selector):
        """The middle of the first element of a selector, scrolled into sight."""
        self.wait(f"!!document.querySelector({selector!r})", f"an element {selector}")
        box = self.run(f"""(() => {{
            const element = document.querySelector({selector!r});
            element.scrollIntoView({{ block: "center", inline: "center" }});
            const box = element.getBoundingClientRect();
            return [box.x, box.y, box.width, box.height];
        }})()""")
        return box[0] + box[2] / 2, box[1] + box[3] / 2

    def click(self, selector):
        x, y = self.find(selector)
        self.mouse([(x, y)])

    def mouse(self, points, pause=0):
        """Presses at the first point, moves over the others, and releases at the last."""
        send = lambda kind, x, y, buttons: self.call(
            "Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", buttons=buttons,
            clickCount=1)
        send("mouseMoved", *points[0], 0)
        send("mousePressed", *points[0], 1)
        for point in points[1:]:
            send("mouseMoved", *point, 1)
            if pause:
                time.sleep(pause)
        send("mouseReleased", *points[-1], 0)

    def type(self, selector, text):
        """Replaces the text of a field."""
        self.click(selector)
        self.run(f"document.querySelector({selector!r}).select()")
        self.call("Input.insertText", text=text)

    def key(self, key, text=None):
        number = key_numbers.get(key, ord(key[0].upper()))
        common = {"key": key, "code": key, "windowsVirtualKeyCode": number}
        self.call("Input.dispatchKeyEvent", type="keyDown",
                  text=text if text is not None else (key if len(key) == 1 else ""), **common)
        self.call("Input.dispatchKeyEvent", type="keyUp", **common)

    def picture(self, path):
        data = self.call("Page.captureScreenshot", format="png")["data"]
        with open(path, "wb") as file:
            file.write(base64.b64decode(data))


def chromium():
    """The browser's path, or nothing where there is none."""
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if path := shutil.which(name):
            return path
    return None
