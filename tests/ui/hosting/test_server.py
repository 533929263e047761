"""What the server reads of a link."""

from streamlit.runtime.state import query_params

from hyperviz.ui.hosting import server


def test_a_link_of_2000_fields_keeps_its_settings(monkeypatch):
    link = "&".join(["seed=7", *(f"other{i}=1" for i in range(2000))])
    monkeypatch.setattr(query_params, "CLIENT_STATE_QUERY_STRING_MAX_FIELDS", 1000)
    assert query_params.sanitize_query_string(link) == ""
    server.read_long_links()
    assert query_params.sanitize_query_string(link) == link
