"""A real Chromium, spoken to over a pipe with the DevTools protocol: no port, no driver, no network."""

from __future__ import annotations

import base64
import fcntl
import json
import os
import select
import shutil
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import Any

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PATIENCE_SECONDS = 60.0
_START = (
    "import os, sys; os.dup2(int(sys.argv[1]), 3); os.dup2(int(sys.argv[2]), 4); "
    "os.execv(sys.argv[3], sys.argv[3:])"
)


def installed() -> str | None:
    """Where a browser is, or None."""
    return next((path for name in NAMES if (path := shutil.which(name))), None)


class Browser:
    """One browser; `open` gives a page in it."""

    def __init__(self, program: str, profile: Path) -> None:
        (commands_read, commands_write), (replies_read, replies_write) = _pipe(), _pipe()
        flags = (
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--hide-scrollbars",
            "--no-first-run",
            "--host-resolver-rules=MAP * ~NOTFOUND",
            "--remote-debugging-pipe",
            f"--user-data-dir={profile}",
        )
        self._process = subprocess.Popen(
            [
                sys.executable,
                "-I",
                "-S",
                "-c",
                _START,
                str(commands_read),
                str(replies_write),
                program,
                *flags,
            ],
            pass_fds=(commands_read, replies_write),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(commands_read)
        os.close(replies_write)
        self._write, self._read = commands_write, replies_read
        self._left = b""
        self._sent = 0
        self.events: list[dict[str, Any]] = []

    def __enter__(self) -> Browser:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self.call("Browser.close")
        finally:
            os.close(self._write)
            os.close(self._read)
            self._process.wait(PATIENCE_SECONDS)

    def call(self, method: str, session: str | None = None, **parameters: Any) -> dict[str, Any]:
        """The reply to one command."""
        self._sent += 1
        number = self._sent
        message: dict[str, Any] = {"id": number, "method": method, "params": parameters}
        if session:
            message["sessionId"] = session
        os.write(self._write, json.dumps(message).encode() + b"\0")
        while (reply := self._next()).get("id") != number:
            self.events.append(reply)
        if "error" in reply:
            raise RuntimeError(f"{method}: {reply['error']}")
        return reply["result"]

    def wait(self, method: str, session: str) -> dict[str, Any]:
        """The next event of this kind that no one has taken yet."""
        while True:
            for event in self.events:
                if event.get("method") == method and event.get("sessionId") == session:
                    self.events.remove(event)
                    return event
            self.events.append(self._next())

    def open(self, url: str, **screen: Any) -> Page:
        """A new page that has finished loading."""
        return Page(self, url, **screen)

    def _next(self) -> dict[str, Any]:
        while b"\0" not in self._left:
            if not select.select([self._read], [], [], PATIENCE_SECONDS)[0]:
                raise TimeoutError("the browser says nothing")
            more = os.read(self._read, 1 << 20)
            if not more:
                raise EOFError("the browser has gone")
            self._left += more
        message, _, self._left = self._left.partition(b"\0")
        return json.loads(message)


class Page:
    """One page with its screen."""

    def __init__(
        self,
        browser: Browser,
        url: str,
        *,
        width: int = 1100,
        height: int = 900,
        dark: bool = False,
        touch: bool = False,
        script: bool = True,
    ) -> None:
        self._browser = browser
        target = browser.call("Target.createTarget", url="about:blank")["targetId"]
        self._target = target
        self._session = browser.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Network", "Log"):
            self.call(f"{domain}.enable")
        self.call(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=touch,
        )
        if touch:
            self.call("Emulation.setTouchEmulationEnabled", enabled=True)
        if not script:
            self.call("Emulation.setScriptExecutionDisabled", value=True)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.call("Emulation.setEmulatedMedia", features=[scheme])
        self.call("Page.navigate", url=url)
        browser.wait("Page.loadEventFired", self._session)

    def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        return self._browser.call(method, self._session, **parameters)

    def run(self, expression: str) -> Any:
        """The value of a JavaScript expression in the page."""
        reply = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in reply:
            raise RuntimeError(str(reply["exceptionDetails"]))
        return reply["result"].get("value")

    def press(self, key: str, *, shift: bool = False) -> None:
        """One key, down and up."""
        codes = {"Enter": 13, "Escape": 27, "Tab": 9, "ArrowRight": 39, "ArrowLeft": 37}
        more = {"text": "\r"} if key == "Enter" else {}
        for kind in ("keyDown", "keyUp"):
            self.call(
                "Input.dispatchKeyEvent",
                type=kind,
                key=key,
                code=key,
                windowsVirtualKeyCode=codes[key],
                modifiers=8 if shift else 0,
                **(more if kind == "keyDown" else {}),
            )

    def move(self, x: float, y: float) -> None:
        """The mouse to a place."""
        self.call("Input.dispatchMouseEvent", type="mouseMoved", x=x, y=y)

    def tap(self, x: float, y: float) -> None:
        """A finger on a place."""
        self.call("Input.dispatchTouchEvent", type="touchStart", touchPoints=[{"x": x, "y": y}])
        self.call("Input.dispatchTouchEvent", type="touchEnd", touchPoints=[])

    def picture(self, path: Path, *, whole: bool = False) -> None:
        """A screenshot as PNG."""
        data = self.call("Page.captureScreenshot", captureBeyondViewport=whole)["data"]
        path.write_bytes(base64.b64decode(data))

    def area(self, path: Path, selector: str, scale: float = 1.0) -> None:
        """A screenshot of the first element that fits."""
        box = self.run(
            f"(r => [r.x + scrollX, r.y + scrollY, r.width, r.height])"
            f"(document.querySelector({json.dumps(selector)}).getBoundingClientRect())"
        )
        clip = dict(zip(("x", "y", "width", "height"), box, strict=True), scale=scale)
        data = self.call("Page.captureScreenshot", captureBeyondViewport=True, clip=clip)["data"]
        path.write_bytes(base64.b64decode(data))

    def printed(self) -> bytes:
        """The page as PDF, A4."""
        data = self.call("Page.printToPDF", paperWidth=8.27, paperHeight=11.69, printBackground=False)["data"]
        return base64.b64decode(data)

    def complaints(self) -> list[str]:
        """Errors and warnings of the console, failed loads and broken rules so far."""
        found: list[str] = []
        for event in self._browser.events:
            if event.get("sessionId") != self._session:
                continue
            method, body = event["method"], event["params"]
            if method == "Log.entryAdded" and body["entry"]["level"] in ("error", "warning"):
                found.append(body["entry"]["text"])
            if method == "Runtime.exceptionThrown":
                found.append(str(body["exceptionDetails"]))
            if method == "Runtime.consoleAPICalled" and body["type"] in ("error", "warning"):
                found.append(str(body["args"]))
        return found

    def requests(self) -> list[str]:
        """Addresses asked for so far, the page itself included."""
        return [
            event["params"]["request"]["url"]
            for event in self._browser.events
            if event.get("sessionId") == self._session and event["method"] == "Network.requestWillBeSent"
        ]

    def close(self) -> None:
        self._browser.call("Target.closeTarget", targetId=self._target)


def _pipe() -> tuple[int, int]:
    """A pipe whose ends lie above those that the browser looks for."""
    low = os.pipe()
    read, write = (fcntl.fcntl(end, fcntl.F_DUPFD_CLOEXEC, 20) for end in low)
    for end in low:
        os.close(end)
    return read, write
