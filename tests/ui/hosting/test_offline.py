"""A server's start asks nobody outside."""

import importlib.util

import requests
from streamlit import net_util
from streamlit.web.server import server_util

from tests import ROOT


def test_neither_the_start_nor_a_page_of_another_origin_asks_for_the_address_of_this_machine(monkeypatch):
    def asked(*_, **__):
        raise AssertionError("somebody outside was asked")

    monkeypatch.setattr(requests.Session, "request", asked)
    monkeypatch.setattr(net_util, "get_external_ip", net_util.get_external_ip)  # put back afterwards
    spec = importlib.util.spec_from_file_location("served", ROOT / "app.py")
    assert spec is not None
    assert spec.loader is not None
    spec.loader.exec_module(importlib.util.module_from_spec(spec))
    assert net_util.get_external_ip() is None
    assert not server_util.is_url_from_allowed_origins("https://elsewhere.example/inpainting")
