"""The house: who may import whom, and what lint and types say."""

import pathlib
import re
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).parents[2]
MODULES = {
    part: sorted(
        str(p.relative_to(ROOT).with_suffix("")).replace("/", ".") for p in (ROOT / "hyperviz" / part).glob("*.py")
    )
    for part in ("theory", "data", "studies", "figures", "ui")
}


def imported_after(modules: list[str]) -> set[str]:
    code = f"import importlib, sys\nfor m in {modules!r}: importlib.import_module(m)\nprint(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    return set(done.stdout.split())


@pytest.mark.parametrize("part", ["theory", "data", "studies", "figures"])
def test_the_library_imports_without_streamlit(part):
    assert MODULES[part]
    assert "streamlit" not in imported_after(MODULES[part])


@pytest.mark.parametrize("part", ["theory", "data", "studies"])
def test_mathematics_and_studies_import_without_plotly(part):
    assert "plotly" not in imported_after(MODULES[part])


def test_the_layers_import_downwards_only():
    allowed = {
        "theory": {"theory", "errors"},
        "data": {"data", "errors", "theory"},
        "studies": {"studies", "theory", "data", "errors"},
        "figures": {"figures", "studies"},
        "ui": {"ui", "studies", "errors"},
    }
    found = {}
    for part, may in allowed.items():
        for path in (ROOT / "hyperviz" / part).glob("*.py"):
            names = set(re.findall(r"^\s*(?:from|import) hyperviz\.(\w+)", path.read_text(), re.M))
            names |= set(re.findall(r"^\s*from hyperviz import (\w+)", path.read_text(), re.M))
            found[path.name] = names - may
    assert {name: extra for name, extra in found.items() if extra} == {}


@pytest.mark.parametrize("path", sorted((ROOT / "pages").glob("*.py")), ids=lambda p: p.name)
def test_a_page_is_short_and_defines_no_function(path):
    source = path.read_text()
    assert source.count("\n") < 60
    assert not re.search(r"^\s*def ", source, re.M)


def test_colours_live_in_one_place():
    for path in [*(ROOT / "hyperviz").rglob("*.py"), *(ROOT / "pages").glob("*.py")]:
        assert path.name == "style.py" or not re.search(r"#[0-9a-fA-F]{6}\b", path.read_text()), path


def test_the_theme_agrees_with_the_palette():
    from hyperviz.figures import style

    theme = (ROOT / ".streamlit" / "config.toml").read_text()
    for colours in (style.LIGHT, style.DARK):
        assert colours.background in theme
        assert colours.ink in theme
    assert style.DARK.g in theme  # on white g's hue is too faint for words: a darker shade stands there


@pytest.mark.parametrize(
    "command",
    ["ruff check .", "ruff format --check .", f"pyright --pythonpath {sys.executable}"],
    ids=["lint", "format", "types"],
)
def test_lint_format_and_types_are_clean(command):
    done = subprocess.run(
        [sys.executable, "-m", *command.split()], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
