"""Commands on pages are typed as the reader's system takes them."""

import types

import pytest

from hyperviz.ui import terminal

AGENTS = {
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/140": ("py -m hyperviz", '"1, 0"'),
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Safari/605": ("python3 -m hyperviz", "'1, 0'"),
    "Mozilla/5.0 (X11; Linux x86_64) Firefox/140": ("python -m hyperviz", "'1, 0'"),
    None: ("python -m hyperviz", "'1, 0'"),
}


@pytest.mark.parametrize("agent", AGENTS)
def test_python_and_quotes_are_those_of_the_readers_system(monkeypatch, agent):
    headers = {} if agent is None else {"User-Agent": agent}
    monkeypatch.setattr(terminal.st, "context", types.SimpleNamespace(headers=headers))
    python, quoted = AGENTS[agent]
    assert terminal.typed("python -m hyperviz run convergence --x='1, 0'") == f"{python} run convergence --x={quoted}"
    assert terminal.named("<b>f's</b> <code>python -m hyperviz list</code>") == f"<b>f's</b> <code>{python} list</code>"
