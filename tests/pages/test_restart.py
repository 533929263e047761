"""The server dies while somebody looks: the page reconnects, and draws again from its link."""

import os
import signal
import subprocess
import sys

import pytest

from tests import ROOT
from tests.load.server import owner
from tests.pages.browser import alt, open_page, wait_for_alt
from tests.pages.conftest import answers, serving, wait_until

pytestmark = [pytest.mark.browser, pytest.mark.slow]
LINK = "convergence?width_f=37&draws=16&depth_f=2&depth_g=2"


def test_a_page_reconnects_after_its_server_was_killed_and_redraws_from_its_link(tab):
    variables = {"HYPERVIZ_WARM_UP": "", "JAX_DISABLE_MOST_OPTIMIZATIONS": "1"}
    with serving(ready="/_stcore/health", **variables) as address:
        open_page(tab, f"{address}/{LINK}")
        wait_for_alt(tab, "n = 37")
        port = address.rpartition(":")[2]
        os.kill(owner(port), signal.SIGKILL)
        wait_until(lambda: not answers(f"{address}/_stcore/health"), "the server lives on")
        tab.evaluate("document.querySelector('.js-plotly-plot').setAttribute('aria-label', '')")
        assert not alt(tab)
        command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.headless=true"]
        command += [f"--server.port={port}", "--server.address=127.0.0.1"]
        again = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, env=os.environ | variables)
        try:
            wait_for_alt(tab, "n = 37")
            assert "width_f=37" in tab.url
        finally:
            again.terminate()
            again.wait(60)
