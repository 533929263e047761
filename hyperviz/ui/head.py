"""Write the head of the page: title, description and picture for a shared link, style, and what loads early."""

from __future__ import annotations

import html
import json
import pathlib
import re

import streamlit
from starlette.middleware.base import BaseHTTPMiddleware
from starlette.responses import FileResponse, HTMLResponse, RedirectResponse
from starlette.routing import Route

from hyperviz.studies.common import glossary
from hyperviz.studies.registry import STUDIES
from hyperviz.ui.hosting import paths, server

HERE = pathlib.Path(__file__).parent
PICTURES = server.SERVED / ".assets"  # of the README, too
PREVIEW = {"inpainting": "inpainting.png"}  # the picture of a link to a page; every other shows the first page's
HOME = "Change the widths of two networks, and see the theory of infinitely wide hypernetworks come true, or fail."
PAGES = {name: study.claim for name, study in STUDIES.items()} | {"paper": "Which claims of the paper hold?"}
EARLY = ("Slider", "Selectbox", "ButtonGroup", "NumberInput", "BidiComponent", "Html", "Button", "DownloadButton")
PRIVATE = {"referrer-policy": "no-referrer"}  # what somebody draws is in the link, and no other site's business
OWN = ("page", "glossary", "embed", "print", "phone")  # style sheets, each with a script
SCRIPTS = ("kept_link", "drag_ahead", "drag", *OWN)
PREFIX = re.compile(r"(/[\w.~-]+)*")
STATIC = pathlib.Path(streamlit.__file__).parent / "static"


class Head(BaseHTTPMiddleware):
    """Complete the head of index.html; everything else passes."""

    async def __call__(self, scope, receive, send) -> None:
        """Let pictures of a moving slider pass at once: each answer that is looked at takes turns of the event loop."""
        quick = scope["type"] == "http" and scope["path"].startswith(f"{paths.drags()}/")
        await (self.app if quick else super().__call__)(scope, receive, send)

    async def dispatch(self, request, call_next):
        """Answer a request."""
        path = request.url.path
        name = path.rstrip("/").rpartition("/")[2]
        if name.lower() in PAGES and (name != name.lower() or path.endswith("/")):
            query = f"?{request.url.query}" if request.url.query else ""
            # relative: a proxy may have taken a prefix away
            return RedirectResponse(f"{'../' if path.endswith('/') else './'}{name.lower()}{query}")
        if name in PAGES or "text/html" in request.headers.get("accept", ""):
            _as_page(request)
        response = await call_next(request)
        if paths.plotly() in path and response.status_code == 200:
            response.headers["cache-control"] = "public, max-age=31536000, immutable"
        html = response.headers.get("content-type", "").startswith("text/html")
        if not html or "content-encoding" in response.headers:  # the last: /favicon.ico, by a browser
            return response
        page = b"".join([part async for part in response.body_iterator]).decode()  # pyright: ignore[reportAttributeAccessIssue]
        named = _named(name, _root(request))
        page = page.replace("<title>Streamlit</title>", named).replace("</head>", _styled() + "</head>")
        kept = {key: value for key, value in response.headers.items() if key in ("cache-control", "set-cookie")}
        return HTMLResponse(page, response.status_code, kept | PRIVATE)


def _root(request) -> str:
    """Return where the app lies for those outside: a proxy says how they reach it, and which prefix it took away."""
    scheme = request.headers.get("x-forwarded-proto", request.url.scheme).split(",")[0]
    taken = request.headers.get("x-forwarded-prefix", "").rstrip("/")
    trusted = PREFIX.fullmatch(taken) and not paths.base()  # with a base path the proxy has kept the prefix
    return f"{scheme}://{request.url.netloc}{taken if trusted else ''}"


def _as_page(request) -> None:
    """Let the page be sent uncompressed, as it is changed before it leaves; who accepts anything gets it too."""
    dropped = (b"accept", b"accept-encoding")
    kept = [pair for pair in request.scope["headers"] if pair[0] not in dropped]
    request.scope["headers"] = [*kept, (b"accept", b"text/html")]


def _named(name: str, root: str) -> str:
    """Return title, description and picture, as search engines and chats read them."""
    title, said = "hyperviz: one network writes another", HOME
    if name in PAGES:
        title, said = f"{name.capitalize()} · hyperviz", PAGES[name]
    picture = f"{root}{paths.previews()}/{PREVIEW.get(name, 'convergence.png')}"
    told = {"og:title": title, "og:description": said, "og:image": picture, "og:type": "website"}
    cards = "".join(f'<meta property="{key}" content="{html.escape(value)}">' for key, value in told.items())
    return f'<title>{html.escape(title)}</title><meta name="description" content="{html.escape(said)}">{cards}'


def _styled() -> str:
    """Return the style sheet, the page's script, and links to what every page loads later anyway."""
    chunks = [path.name for name in EARLY for path in STATIC.glob(f"static/js/{name}.*.js")]
    early = [f'<link rel="modulepreload" crossorigin href="./static/js/{chunk}">' for chunk in chunks]
    early.append(f'<link rel="preload" as="script" href="{paths.near(paths.plotly())}/plotly.min.js">')
    styles = "".join((HERE / f"{name}.css").read_text("utf-8") for name in OWN)
    texts = ((HERE / f"{name}.js").read_text("utf-8") for name in SCRIPTS)
    scripts = "".join(f"<script>{text}</script>" for text in texts)  # one that cannot be read stops no other
    terms = json.dumps(glossary.on_pages(), ensure_ascii=False).replace("<", "\\u003c")
    data = f'<script type="application/json" id="glossary">{terms}</script>'
    return f"{''.join(early)}<style>{styles}</style>{data}{scripts}"


async def _preview(request):
    """Return a picture of a page, one of those named here."""
    name = request.path_params["name"]
    known = name in ("convergence.png", "inpainting.png")
    return FileResponse(PICTURES / name) if known else HTMLResponse("", 404)


def route() -> Route:
    """Return the route of the pictures."""
    return Route(f"{paths.previews()}/{{name}}", _preview)
