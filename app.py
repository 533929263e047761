"""The hyperviz server: `streamlit run app.py`, or `hyperviz app`."""

import contextlib
from importlib.resources import files

import streamlit as st
from starlette.middleware import Middleware
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles

from hyperviz.ui import drag, head
from hyperviz.ui.hosting import memory, offline, paths, server, visitors, visits, warm


@contextlib.asynccontextmanager
async def lifespan(app: st.App):
    """Compiles in the background from server start, before the first visitor."""
    visitors.begin()
    warm.begin()
    yield {}


memory.few_arenas()
offline.stay()
server.read_long_links()
plotly_js = Mount(paths.plotly(), StaticFiles(directory=str(files("plotly") / "package_data")))
app = st.App(
    server.PACKAGE / "ui" / "shell.py",
    lifespan=lifespan,
    routes=[plotly_js, visits.route(), drag.route(), warm.route(), head.route()],
    middleware=[Middleware(head.Head)],
    on_script_error=warm.failed,
)
