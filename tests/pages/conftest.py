"""The app itself: a server process, and Chromium in front of it."""

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable

import pytest

from tests import ROOT

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True, "device_scale_factor": 2}
PATIENCE = 600  # seconds, after which something hangs: no test may depend on how fast the machine is


def free_port() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def wait_until(happened: Callable[[], bool], what: str) -> None:
    """Returns once it has happened; fails with `what` after PATIENCE, which only guards against hanging."""
    deadline = time.monotonic() + PATIENCE
    while not happened():
        assert time.monotonic() < deadline, what
        time.sleep(0.05)


def answers(address: str) -> bool:
    """Whether a server is there and ready: its studies compiled, if it is the app."""
    try:
        urllib.request.urlopen(address, timeout=PATIENCE).close()
    except OSError:  # nobody listens yet, or 503: studies are left
        return False
    return True


@contextlib.contextmanager
def serving(*options: str, script: str = "app.py", ready: str = "/ready", **variables: str):
    """The app as the README starts it, at an address of its own, once it is ready; variables: of its environment."""
    port = free_port()
    command = [sys.executable, "-m", "streamlit", "run", script, "--server.headless=true", f"--server.port={port}"]
    command += ["--server.address=127.0.0.1", *options]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, env=os.environ | variables)
    address = f"http://127.0.0.1:{port}"
    try:
        wait_until(lambda: process.poll() is not None or answers(address + ready), "the server is not ready")
        assert process.poll() is None, "the server has ended"
        yield address
    finally:
        process.terminate()
        process.wait(PATIENCE)


@pytest.fixture(scope="session")
def address():
    """A server that compiles two pages at its start: to compile them all would take the cores from what is tested.

    It compiles lightly (`compiled_lightly`): what a page does is tested here, and a program runs but a few times.
    """
    with serving(HYPERVIZ_WARM_UP="convergence,inpainting", JAX_DISABLE_MOST_OPTIMIZATIONS="1") as address:
        yield address


@pytest.fixture(scope="session")
def chromium():
    if CHROMIUM is None:
        if os.environ.get("CI") == "true":
            pytest.fail("no Chromium on this machine: install Debian's package chromium")
        pytest.skip("no Chromium on this machine")
    sync_api = pytest.importorskip("playwright.sync_api")
    arguments = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=[*arguments, "--disable-component-update"])
        yield browser
        browser.close()


@contextlib.contextmanager
def visitor(chromium, **about):
    """The page of a fresh visitor; about: viewport, touch, and what else Playwright knows of a device."""
    context = chromium.new_context(accept_downloads=True, **about)
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = context.new_page()
    page.set_default_timeout(1000 * PATIENCE)
    try:
        yield page
    finally:
        context.close()


@pytest.fixture
def tab(chromium):
    """A fresh visitor at 1280 x 800."""
    with visitor(chromium, viewport={"width": 1280, "height": 800}) as page:
        yield page
