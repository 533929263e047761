"""What a wheel gives: the library, the data, the command and the app, with one version."""

import subprocess
import sys
import tomllib
import zipfile

import pytest

import hyperviz
from hyperviz.__main__ import main
from tests import ROOT

APP = {
    "app.py",
    ".assets/inpainting.png",
    ".streamlit/config.toml",
    *(f"pages/{path.name}" for path in (ROOT / "pages").glob("*.py")),
}


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """A folder in which the wheel is unpacked, with nothing of the checkout beside it."""
    folder = tmp_path_factory.mktemp("site")
    built = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(built, cwd=ROOT, capture_output=True, check=True)
    with zipfile.ZipFile(next(folder.glob("*.whl"))) as wheel:
        wheel.extractall(folder)
    return folder


def in_site(site, code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], cwd=site, capture_output=True, text=True, check=True)
    return done.stdout


def test_a_wheel_holds_the_package_its_data_and_the_app(site):
    held = {str(path.relative_to(site)) for path in site.rglob("*")}
    files = [path for path in (ROOT / "hyperviz").rglob("*") if path.is_file() and "__pycache__" not in path.parts]
    assert len(files) > 200
    assert {str(path.relative_to(ROOT)) for path in files} <= held
    assert {f"hyperviz/served/{name}" for name in APP} <= held


def test_its_app_is_found_inside(site):
    code = "from hyperviz.ui.hosting import server; print(server.SERVED)"
    assert in_site(site, code).strip() == str(site / "hyperviz" / "served")


def test_the_command_serves_the_app_with_the_options_of_streamlit_and_no_other_command_has_them(monkeypatch, capsys):
    called = []
    monkeypatch.setattr("streamlit.web.cli.main", lambda words, prog_name: called.append(words))
    assert main(["app", "--server.port=8600"]) == 0
    assert called == [["run", str(ROOT / "app.py"), "--server.port=8600"]]
    with pytest.raises(SystemExit, match="2"):
        main(["list", "--server.port=8600"])
    assert "unrecognized arguments: --server.port=8600" in capsys.readouterr().err


def test_the_command_is_named_and_lists_the_studies(site):
    (about,) = site.glob("*.dist-info")
    assert "hyperviz = hyperviz.__main__:main" in (about / "entry_points.txt").read_text("utf-8")
    assert in_site(site, "from hyperviz.__main__ import main; main(['list'])").startswith("convergence")


def test_the_version_and_the_requirements_are_said_once(site):
    (about,) = site.glob("*.dist-info")
    said = (about / "METADATA").read_text("utf-8")
    assert f"\nVersion: {hyperviz.__version__}\n" in said
    for line in (ROOT / "requirements.txt").read_text("utf-8").split():
        assert f"Requires-Dist: {line.split('~')[0]}" in said
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert "version" not in project
    assert f"## {hyperviz.__version__}" in (ROOT / "CHANGELOG.md").read_text("utf-8")
