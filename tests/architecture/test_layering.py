"""The architecture: who may import whom, without a cycle, and what the map says of it."""

import re
import shutil
import subprocess
import sys

import pytest

from tests import ROOT
from tests.architecture import imports

MODULES = {
    part: sorted(name for name in imports.modules(ROOT) if imports.part(name) == part)
    for part in ("runtime", "theory", "data", "studies", "figures")
}


def imported_after(modules: list[str]) -> set[str]:
    code = f"import importlib, sys\nfor m in {modules!r}: importlib.import_module(m)\nprint(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_mathematics_and_studies_import_without_plotly_and_all_but_the_screen_without_streamlit():
    assert all(MODULES.values())
    loaded = imported_after([name for part, names in MODULES.items() if part != "figures" for name in names])
    assert not loaded & {"plotly", "streamlit", "dask", "distributed"}  # Dask only where a cluster is asked for
    assert imported_after(MODULES["figures"]) & {"plotly", "streamlit"} == {"plotly"}


def test_the_layers_import_downwards_only():
    found = imports.graph(ROOT)
    assert {imports.part(module) for module in found} == {"hyperviz", *imports.LAYERS}
    assert len(found) > 100
    assert imports.upwards(found) == []


def test_no_modules_import_each_other_in_a_cycle():
    assert imports.cycle(imports.graph(ROOT)) == []


def test_no_module_hides_an_import_from_the_interpreter():
    hidden = [name for name, path in imports.modules(ROOT).items() if "TYPE_CHECKING" in path.read_text("utf-8")]
    assert hidden == []


def test_settings_import_studies_common_alone():
    found = {name: others for name, others in imports.graph(ROOT).items() if name.endswith(".settings")}
    assert len(found) == 9
    for name, others in found.items():
        assert all(other.startswith("hyperviz.studies.common.") for other in others), name


def test_settings_load_no_jax():
    names = [name for name in imports.modules(ROOT) if name.endswith(".settings")]
    assert "jax" not in imported_after(names)


@pytest.mark.parametrize("layer", sorted(imports.LAYERS))
def test_a_planted_import_is_found_in_every_layer(layer, tmp_path):
    shutil.copytree(ROOT / "hyperviz", tmp_path / "hyperviz", ignore=shutil.ignore_patterns("*.npz", "__pycache__"))
    shutil.copytree(ROOT / "pages", tmp_path / "pages")
    shutil.copy(ROOT / "app.py", tmp_path)
    at, path = next(
        (n, p) for n, p in imports.modules(tmp_path).items() if imports.part(n) == layer and n != "hyperviz"
    )
    planted = (
        "hyperviz.theory.analytic"
        if layer in ("ui", "figures", "pages", "__main__", "app")
        else "hyperviz.ui.hosting.paths"
    )
    path.write_text(f"{path.read_text('utf-8')}\ndef _late():\n    import {planted}\n", "utf-8")
    assert f"{at} imports {planted}" in imports.upwards(imports.graph(tmp_path))


def test_a_planted_cycle_is_found(tmp_path):
    (tmp_path / "hyperviz").mkdir()
    (tmp_path / "app.py").write_text("")
    (tmp_path / "hyperviz" / "a.py").write_text("from hyperviz import b")
    (tmp_path / "hyperviz" / "b.py").write_text("import typing\nif typing.TYPE_CHECKING:\n    from hyperviz.a import x")
    assert set(imports.cycle(imports.graph(tmp_path))) == {"hyperviz.a", "hyperviz.b"}


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


def test_the_map_names_every_module_and_only_such_as_exist():
    quoted = " ".join(re.findall(r"`([^`\n]+)`", (ROOT / "hyperviz" / "README.md").read_text("utf-8")))
    words = {part.removesuffix(".py") for word in re.findall(r"[\w./]+", quoted) for part in word.split("/")}
    modules = {name.split(".")[-1] for name in imports.modules(ROOT) if imports.part(name) not in ("pages", "app")}
    assert modules - words - {"hyperviz"} == set()
    files = [word for word in re.findall(r"[\w./]+\.py", quoted) if "/" in word and "NAME" not in word]
    assert len(files) > 10
    assert [file for file in files if not any((at / file).exists() for at in (ROOT, ROOT / "hyperviz"))] == []
