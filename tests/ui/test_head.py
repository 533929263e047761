"""Addresses of pages as people type them."""

import asyncio
import gzip
import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse

from hyperviz.ui import head
from hyperviz.ui.head import Head


def dispatched(scope, inner):
    """The middleware's answer; in a thread of its own, as the browser tests' event loop runs in this one."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(lambda: asyncio.run(Head(None).dispatch(Request(scope), inner))).result()


def answer(path, query=b""):
    async def inner(request):
        return PlainTextResponse("the page")

    scope = {"type": "http", "method": "GET", "path": path, "query_string": query, "headers": []}
    return dispatched(scope, inner)


@pytest.mark.parametrize(
    ("path", "to"),
    [("/inpainting/", "../inpainting"), ("/Inpainting", "./inpainting"), ("/under/a/prefix/TAYLOR/", "../taylor")],
)
def test_a_page_arrives_with_a_slash_or_capitals_and_keeps_its_settings(path, to):
    found = answer(path, b"seed=5&depth_f=2")
    assert found.status_code == 307
    assert found.headers["location"] == f"{to}?seed=5&depth_f=2"


@pytest.mark.parametrize("path", ["/inpainting", "/", "/static/js/Slider.js", "/nowhere/"])
def test_everything_else_is_answered_where_it_is(path):
    assert answer(path).body == b"the page"


def test_a_compressed_answer_to_what_is_no_page_passes_as_it_is():
    """A browser asks for /favicon.ico by itself, and Streamlit answers every unknown path with its page."""
    packed = gzip.compress(b"<html></html>")

    async def inner(request):
        return Response(packed, media_type="text/html", headers={"content-encoding": "gzip"})

    scope = {"type": "http", "method": "GET", "path": "/favicon.ico", "query_string": b"", "headers": []}
    assert dispatched(scope, inner).body == packed


def page(*headers):
    async def inner(request):
        page = "<html><head><title>Streamlit</title></head></html>"
        return StreamingResponse(iter([page.encode()]), media_type="text/html")

    scope = {"type": "http", "method": "GET", "path": "/inpainting", "query_string": b"", "scheme": "http"}
    scope |= {"headers": [(b"host", b"here"), *headers], "server": ("here", 80)}
    return dispatched(scope, inner)


@pytest.mark.parametrize(
    ("prefix", "root"),
    [(b"/hyperviz/", "http://here/hyperviz"), (b"", "http://here"), (b'/"><script>', "http://here")],
)
def test_a_link_s_picture_lies_where_a_proxy_that_takes_a_prefix_away_shows_it(prefix, root):
    found = page((b"x-forwarded-prefix", prefix)).body.decode()
    assert f'property="og:image" content="{root}/preview/inpainting.png"' in found


def test_a_page_tells_other_sites_nothing_of_its_link():
    found = page()
    assert found.headers["referrer-policy"] == "no-referrer"
    assert b'href="./plotly/plotly.min.js"' in found.body


@pytest.mark.parametrize("name", head.OWN)
def test_no_style_sheet_looks_through_the_whole_page_for_what_it_holds(name):
    """Else every element that comes has the page's style computed anew: a third of the time in which it opens."""
    css = re.sub(r"/\*.*?\*/", "", (head.HERE / f"{name}.css").read_text("utf-8"), flags=re.DOTALL)
    seen = css if name != "print" else ""  # it is asleep on a screen
    assert not re.search(r"(stMainBlockContainer|stVerticalBlock|[\s>+~]):(not\(:)?has\(", seen)
