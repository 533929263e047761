"""The kernels of one's own points: pairs as they are meant, spectra that say what they do, files that hold it all."""

import json

import numpy as np
import pandas as pd
import pytest

from hyperviz.__main__ import main
from hyperviz.errors import InvalidInput
from hyperviz.figures import kernel as figures
from hyperviz.studies.kernel import pairs, report, study
from hyperviz.studies.kernel.settings import KernelSettings
from hyperviz.theory import analytic

pytestmark = pytest.mark.usefixtures("compiled_lightly")
RNG = np.random.default_rng(0)
X, Z = RNG.normal(size=(6, 4)), RNG.normal(size=(6, 2))
FILES = {"result.csv", "figure.html", "settings.json", "kernels.npz", "spectrum.csv"}


@pytest.fixture
def files(tmp_path):
    np.save(tmp_path / "x.npy", X)
    pd.DataFrame(Z).to_csv(tmp_path / "z.csv", index=False, header=False)
    return ["--x", str(tmp_path / "x.npy"), "--z", str(tmp_path / "z.csv")]


def test_a_run_writes_the_kernels_of_the_files_points_their_spectra_and_a_summary(files, tmp_path, capsys):
    out = tmp_path / "out"
    assert main(["run", "kernel", *files, "--depth-g", "2", "--ridge", "0.1", "--out", str(out)]) == 0
    assert {path.name for path in out.iterdir()} == FILES
    saved, wanted = np.load(out / "kernels.npz"), analytic.kernels(X, Z, depth_f=3, depth_g=2)
    np.testing.assert_array_equal(saved["x"], X)
    for name in wanted._fields:
        np.testing.assert_allclose(saved[name], getattr(wanted, name), rtol=1e-7)
    np.testing.assert_allclose(saved["hyperkernel"], saved["ntk_f"] * saved["ntk_g"], rtol=1e-12)
    spectra = pd.read_csv(out / "spectrum.csv").groupby("kernel").eigenvalue.sum().to_dict()
    table = pd.read_csv(out / "result.csv").set_index(["kernel", "quantity"]).value.to_dict()
    for name in study.NAMES:
        trace = np.trace(saved[name])
        assert spectra[name] == pytest.approx(trace)
        inverse = np.linalg.inv(saved[name] + 0.1 * np.eye(6))
        assert table[name, "effective_dimension"] == pytest.approx(np.trace(saved[name] @ inverse))
        assert table[name, "condition"] == pytest.approx(np.linalg.cond(saved[name]))
    said = capsys.readouterr().out
    assert said.startswith("6 pairs (xᵢ, zᵢ), x in 4 and z in 2 dimensions, L = 3, H = 2. Θₕ: condition number ")
    assert json.loads((out / "settings.json").read_text())["settings"]["ridge"] == 0.1


def test_as_many_x_as_z_are_pairs_and_else_each_x_is_taken_with_each_z():
    assert len(pairs.paired(X, Z).x) == 6
    every = pairs.paired(X[:2], Z)
    np.testing.assert_array_equal(every.x, np.repeat(X[:2], 6, 0))
    np.testing.assert_array_equal(every.z, np.concatenate([Z, Z]))
    assert every.said == "12 pairs: each of 2 x with each of 6 z"
    assert len(pairs.paired(X, Z, "every").x) == 36
    with pytest.raises(InvalidInput, match="got 2 and 6: pass --pairs every"):
        pairs.paired(X[:2], Z, "rows")
    with pytest.raises(InvalidInput, match="at most 11 pairs; got 2 x with each of 6 z, 12"):
        pairs.paired(X[:2], Z, most=11)


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        (["--x", "{x}"], "z is missing: x came alone, and h needs both; pass --z FILE too."),
        (["--x", "{x}", "--z", "nowhere.csv"], "nowhere.csv cannot be used (No such file or directory)."),
        (["--x", "{x}", "--z", "{x}", "--ridge", "0"], "ridge must be a number from 1e-12 to 1,000,000; got 0."),
    ],
)
def test_what_cannot_be_read_is_one_sentence(files, tmp_path, capsys, asked, sentence):
    given = [word.format(x=files[1]) for word in asked]
    assert main(["run", "kernel", *given, "--out", str(tmp_path / "out")]) == 2
    said = capsys.readouterr().err
    assert sentence in said
    assert said.count("\n") == 1


def test_two_points_alike_make_a_matrix_that_is_called_singular_and_no_number_is_nan():
    points = pairs.paired(np.concatenate([X, X[:1], 0 * X[:1]]), np.concatenate([Z, Z[:1], Z[:1]]))
    *_, result = study.stream(KernelSettings(), points)
    assert result.spectra["hyperkernel"].condition == np.inf
    assert "Θₕ: condition number singular in float64 (" in report.verdict(result).text
    assert not report.table(result).value.isna().any()
    assert "nan" not in report.verdict(result).text


def test_a_large_matrix_is_shown_by_rows_equally_far_apart_and_the_maps_zoom_together():
    count = 3 * figures.SHOWN
    points = pairs.paired(RNG.normal(size=(count, 2)), RNG.normal(size=(count, 2)))
    *_, result = study.stream(KernelSettings(), points)
    figure = figures.heat_maps(result)
    assert len(figure.data) == 4
    for shown in figure.data:
        assert shown.z.shape == (figures.SHOWN, figures.SHOWN)
        assert (shown.x[0], shown.x[-1]) == (1, count)
    layout = figure.to_plotly_json()["layout"]
    assert {layout[f"xaxis{i}"]["matches"] for i in (2, 3, 4)} == {"x"}
    assert all("NaN" not in str(drawn.to_json()) for drawn in (figure, figures.spectra(result)))
