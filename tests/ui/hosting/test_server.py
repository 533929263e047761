"""What the server reads of a link, and what a new visitor costs it."""

import os
import subprocess
import sys

from streamlit.runtime.state import query_params

from hyperviz.ui.hosting import server


def test_a_link_of_2000_fields_keeps_its_settings(monkeypatch):
    link = "&".join(["seed=7", *(f"other{i}=1" for i in range(2000))])
    monkeypatch.setattr(query_params, "CLIENT_STATE_QUERY_STRING_MAX_FIELDS", 1000)
    assert query_params.sanitize_query_string(link) == ""
    server.read_long_links()
    assert query_params.sanitize_query_string(link) == link


def test_no_module_is_looked_through_for_a_new_visitor():
    """Streamlit's watcher of sources takes 0.3 s for each, in which nobody is sent anything."""
    asked = "from streamlit import config; print(config.get_option('server.fileWatcherType'))"
    own = {name: value for name, value in os.environ.items() if not name.startswith("STREAMLIT_")}
    found = subprocess.run(
        [sys.executable, "-c", asked], cwd=server.SERVED, env=own, capture_output=True, text=True, check=True
    )
    assert found.stdout.split() == ["none"]
