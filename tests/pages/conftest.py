"""The app itself: a server process, and Chromium in front of it."""

import contextlib
import functools
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
from tests.pages import one_server

# the shell without a browser's window around a page takes a seventh less of the CPU
NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
CHROMIUM = next(filter(None, map(shutil.which, NAMES)), None)

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
def serving(*options: str, script: str = "app.py", ready: str = "/ready", module: str = "streamlit", **variables: str):
    """The app as the README starts it, at an address of its own, once it is ready; variables: of its environment."""
    port = free_port()
    command = [sys.executable, "-m", module, "run", script, "--server.headless=true", f"--server.port={port}"]
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
def address(tmp_path_factory, worker_id):
    """The run's server, which compiles two pages from its start on: all would take the cores from what is tested.

    Nobody waits for them, as no visitor does (tests/pages/test_load.py). It compiles lightly (`compiled_lightly`): what
    a page does is tested here, and a program runs but a few times.
    """
    light = {"HYPERVIZ_WARM_UP": "convergence,inpainting", "JAX_DISABLE_MOST_OPTIMIZATIONS": "1"}
    start = functools.partial(serving, ready="/_stcore/health", module="tests.pages.patient", **light)
    folder = tmp_path_factory.getbasetemp()
    with one_server.shared(folder if worker_id == "master" else folder.parent, start) as address:
        yield address


@pytest.fixture(scope="session")
def chromium():
    if CHROMIUM is None:
        if os.environ.get("CI") == "true":
            pytest.fail("no Chromium on this machine: install Debian's package chromium-headless-shell")
        pytest.skip("no Chromium on this machine")
    sync_api = pytest.importorskip("playwright.sync_api")
    arguments = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
    arguments += ["--process-per-site"]  # see `opened`
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=[*arguments, "--disable-component-update"])
        yield browser
        browser.close()


DESK = {"viewport": {"width": 1280, "height": 800}}
DEVICES = {"desk": DESK, "phone": PHONE}


def opened(chromium, about: dict):
    """A profile of the browser for such a device."""
    context = chromium.new_context(accept_downloads=True, **about)
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    context.set_default_timeout(1000 * PATIENCE)
    return context


@functools.cache
def kept(chromium, device: str):
    """A profile that is used again and again, and a page that is always open in it: an empty one of the app's site.

    All pages of one site share a process in Chromium, which has compiled the page's scripts once: to open a page takes
    3 s of CPU in the place of 5.
    """
    context = opened(chromium, DEVICES[device])
    empty = context.new_page()
    empty.route("**/*", lambda route: route.fulfill(body=""))
    empty.goto("http://127.0.0.1/")
    return context, context.new_cdp_session(empty)


@contextlib.contextmanager
def visitor(chromium, **about):
    """The page of a fresh visitor; about: viewport, touch, and what else Playwright knows of a device."""
    device = next((name for name, one in DEVICES.items() if one == about), None)
    if device is None or len(kept(chromium, device)[0].pages) > 1:  # a rare device, or somebody is visiting
        with contextlib.closing(opened(chromium, about)) as context:
            yield context.new_page()
        return
    context, session = kept(chromium, device)
    try:
        yield context.new_page()
    finally:
        for page in context.pages[1:]:
            page.close()
        # what a visitor leaves behind: cookies, and what his browser stored
        session.send("Storage.clearDataForOrigin", {"origin": "*", "storageTypes": "all"})


@pytest.fixture
def tab(chromium):
    """A fresh visitor at 1280 x 800."""
    with visitor(chromium, **DESK) as page:
        yield page
