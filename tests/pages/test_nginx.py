"""Behind a real nginx, with the lines of the README: charts, uploads and downloads get through it."""

import contextlib
import functools
import http.server
import io
import threading
import time

import numpy as np
import pandas as pd
import pytest
from PIL import Image
from websockets.exceptions import ConnectionClosed

from hyperviz.data import digits
from tests import ROOT
from tests.load.viewer import Viewer
from tests.pages.browser import CHART, open_page
from tests.pages.conftest import serving, visitor
from tests.pages.nginx import NGINX, location, proxied, replicas

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(NGINX is None, reason="no nginx on this machine: install Debian's package nginx-light"),
]
WIDE = {"viewport": {"width": 1280, "height": 800}}
COLD = {"HYPERVIZ_WARM_UP": "", "JAX_DISABLE_MOST_OPTIMIZATIONS": "1"}
READY = "/_stcore/health"
FRAME = '<!doctype html><title>a course</title><iframe width="1200" height="900" src="{}"></iframe>'


@pytest.fixture(scope="module")
def server():
    """Host and port of an app that knows nothing of a prefix."""
    with serving(ready=READY, **COLD) as address:
        yield address.removeprefix("http://")


@pytest.fixture(scope="module")
def two(server):
    """Two of them."""
    with serving(ready=READY, **COLD) as address:
        yield [server, address.removeprefix("http://")]


def photo() -> bytes:
    """Return a digit as a picture of over 2 MB: nginx by itself takes 1 MB."""
    ink = np.kron(digits.load()[0][0], np.ones((40, 40)))
    grain = np.random.default_rng(0).integers(0, 12, (*ink.shape, 3))
    file = io.BytesIO()
    Image.fromarray((230 - 0.8 * ink[..., None] + grain).clip(0, 255).astype(np.uint8)).save(file, "PNG")
    assert 2e6 < len(file.getvalue()) < 5e6
    return file.getvalue()


def upload(page, view) -> int:
    """Hand the app in a view of the page a picture, and return the status with which it was taken."""
    view.get_by_role("button", name="Upload", exact=True).click()
    with page.expect_response(lambda answer: "upload_file" in answer.url and answer.request.method == "PUT") as got:
        file = {"name": "digit.png", "mimeType": "image/png", "buffer": photo()}
        view.locator("input[type=file]").set_input_files(file)
    return got.value.status


def quantities(page, view) -> set[str]:
    """Return what the downloaded table holds; nothing where it does not come."""
    view.get_by_text("The numbers, the code, the link").click()
    with page.expect_response(lambda answer: "/media/" in answer.url) as got:
        view.get_by_text("Download CSV").click()
    return set(pd.read_csv(io.BytesIO(got.value.body())).quantity) if got.value.status == 200 else set()


def works(page, view) -> None:
    """Download, then upload."""
    view.wait_for_selector(CHART)
    assert "mse" in quantities(page, view)
    assert upload(page, view) == 204
    view.wait_for_url("**drawing=*")


@pytest.mark.parametrize("kept", [False, True], ids=["taken away", "kept"])
def test_charts_uploads_and_downloads_work_under_a_prefix_that_is(kept, chromium, server, tmp_path):
    with contextlib.ExitStack() as held:
        changed = ("", "")
        if kept:
            address = held.enter_context(serving("--server.baseUrlPath=hyperviz", ready=f"/hyperviz{READY}", **COLD))
            server = address.removeprefix("http://")
            changed = "127.0.0.1:8501/;", f"{server};"
        address = held.enter_context(proxied(tmp_path, location(server, changed)))
        page = held.enter_context(visitor(chromium, **WIDE))
        page.goto(f"{address}/hyperviz/inpainting")
        works(page, page)


def test_nginx_by_itself_takes_no_picture_of_2_mb(chromium, server, tmp_path):
    lines = location(server, ("client_max_body_size 25m;", ""))
    with proxied(tmp_path, lines) as address, visitor(chromium, **WIDE) as page:
        open_page(page, f"{address}/hyperviz/inpainting")
        assert upload(page, page) == 413


@pytest.mark.parametrize(("waits", "idle"), [("1d", 65), ("2s", 10)])
def test_a_connection_is_kept_while_nobody_moves_for_as_long_as_nginx_waits(waits, idle, server, tmp_path):
    with proxied(tmp_path, location(server, ("timeout 1d", f"timeout {waits}"))) as address:
        viewer = Viewer(f"{address}/hyperviz", "convergence")
        viewer.open()
        time.sleep(idle)  # by itself nginx waits for 60 seconds
        with contextlib.nullcontext() if waits == "1d" else pytest.raises(ConnectionClosed):
            viewer.move()
        viewer.close()


def test_each_viewer_stays_with_one_of_two_replicas_and_both_have_viewers(chromium, two, tmp_path):
    with proxied(tmp_path, location("replicas"), replicas(two)) as address:
        seen = []
        while len(set(seen)) < 2:
            with visitor(chromium, **WIDE) as page:
                asked = []
                page.on("response", lambda answer, asked=asked: asked.append(answer.headers.get("x-replica")))
                page.goto(f"{address}/hyperviz/inpainting")
                works(page, page)
                (one,) = set(asked) - {None}
                seen.append(one)
        assert set(seen) == set(two)


def test_without_the_cookie_two_replicas_do_not_know_each_other_s_viewers(chromium, two, tmp_path):
    around = replicas(two, ("hash $uid_got$uid_set consistent;", ""))
    with proxied(tmp_path, location("replicas"), around) as address:
        statuses = []
        while len(statuses) < 8 and set(statuses) <= {204}:
            with visitor(chromium, **WIDE) as page:
                open_page(page, f"{address}/hyperviz/inpainting")
                statuses.append(upload(page, page))
        assert statuses[-1] == 400


@contextlib.contextmanager
def framed(folder, url: str):
    """Yield the address of another site whose page shows the app in a frame."""
    (folder / "index.html").write_text(FRAME.format(url))
    handler = functools.partial(Quiet, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as site:
        threading.Thread(target=site.serve_forever, daemon=True).start()
        yield f"http://localhost:{site.server_port}/"  # another site than 127.0.0.1
        site.shutdown()


class Quiet(http.server.SimpleHTTPRequestHandler):
    """Says nothing of its requests."""

    def log_message(self, *_):
        pass


@pytest.mark.parametrize("protected", [False, True], ids=["as the README starts it", "as it starts by itself"])
def test_in_a_frame_of_another_site_uploads_work_when_the_app_is_started(protected, chromium, server, tmp_path):
    with contextlib.ExitStack() as held:
        if not protected:
            option = "--server.enableXsrfProtection=false"
            assert option in (ROOT / "README.md").read_text("utf-8")
            server = held.enter_context(serving(option, ready=READY, **COLD)).removeprefix("http://")
        address = held.enter_context(proxied(tmp_path, location(server)))
        site = held.enter_context(framed(tmp_path, f"{address}/hyperviz/inpainting?embed=true"))
        page = held.enter_context(visitor(chromium, **WIDE))
        page.goto(site)
        (view,) = page.frames[1:]
        view.wait_for_selector(CHART)
        assert not view.get_by_test_id("stAlert").count()  # embed is no unknown setting
        if protected:
            assert upload(page, view) == 403
        else:
            works(page, view)
