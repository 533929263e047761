"""Pages opened without a browser, by Streamlit's own AppTest, and what they show."""

import base64
import html
import itertools
import json

import numpy as np
from streamlit.testing.v1 import AppTest

from hyperviz.studies.registry import STUDIES
from hyperviz.ui.hosting import visits
from tests import ROOT

SHELL = ROOT / "hyperviz" / "ui" / "shell.py"
QUERIES = {
    "convergence": {"draws": "16", "depth_f": "2", "depth_g": "2"},
    "prior": {"draws": "64", "depth_f": "2", "depth_g": "2"},
    "taylor": {"draws": "16", "width_f": "64"},
    "rotation": {"images": "200", "epochs": "1", "runs": "1", "size": "7", "width_f": "10", "width_g": "5"},
    "inpainting": {"images": "20"},
}
visits.PATIENCE = 0  # no browser is there to report that a page is mounted
PATIENCE = 600  # seconds: how long a test waits for a thread before it fails


def opened(name, **query) -> AppTest:
    """A page, run to the end of its stream."""
    app = AppTest.from_file(str(SHELL), default_timeout=PATIENCE)
    app.switch_page(str(ROOT / "pages" / f"{name}.py"))
    for key, value in query.items():
        app.query_params[key] = value
    return app.run()


def replace_stream(monkeypatch, study, stream):
    """Has the page of a study play another stream."""
    monkeypatch.setitem(STUDIES, study, STUDIES[study]._replace(stream=stream))


def pictures(app) -> list[dict]:
    """The figures that a page sent, in the order of their places."""
    bodies = [element.proto.body for element in app.get("html") if 'class="fig"' in element.proto.body]
    return [json.loads(html.unescape(body.split(">", 1)[1].rsplit("</div>", 1)[0])) for body in bodies]


def numbers(values):
    """An array as plotly sends it."""
    return np.frombuffer(base64.b64decode(values["bdata"]), values["dtype"])


def shown(app) -> str:
    """All that is said on a page."""
    kinds = ("markdown", "caption", "error", "warning", "title", "code")
    plain = [html.unescape(e.proto.body) for e in app.get("html") if 'class="fig"' not in e.proto.body]
    return "\n".join([*(element.value for kind in kinds for element in app.get(kind)), *plain])


def short(study, settings, results=1):
    """The first results of a study, cheap: no test of the page around them needs more."""
    yield from itertools.islice(study(settings), results)
