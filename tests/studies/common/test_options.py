"""A parameter is declared once; a command line is read strictly, a link is mended and says so."""

import dataclasses
import math

import numpy as np
import pytest

from hyperviz.errors import InvalidInput
from hyperviz.studies.common.options import changed, check, mend, option, options, parse
from hyperviz.studies.convergence.settings import ConvergenceSettings
from hyperviz.studies.inpainting.settings import InpaintingSettings

UNREADABLE = ["", " ", "deep", "nan", "inf", "-inf", "1e400", "1" + "0" * 400, "3.5", "0x10", "None", "[1]"]


@dataclasses.dataclass(frozen=True)
class ToySettings:
    """Each way of declaring a parameter."""

    count: int = option(4, 1, 1_000_000, log=True, label="count", help="neurons")
    angle: float = option(0.5, -1.0, 1.0, step=0.25, label="angle", help="radians")
    shade: str = option("grey", choices=("grey", "blue"), label="shade", help="of the line")
    pixels: int | str = option("all", 1, 784, words=("all",), log=True, label="pixels", help="of an image")
    ridge: float = option(1e-3, 1e-6, 1.0, log=True, label="ridge", help="on the diagonal")

    def __post_init__(self) -> None:
        check(self)


def test_the_defaults_are_what_the_options_declare():
    assert dataclasses.asdict(ToySettings()) == {name: o.default for name, o in options(ToySettings).items()}
    assert mend(ToySettings, {}) == (ToySettings(), [])
    assert parse(ToySettings, {}) == ToySettings()


def test_a_command_line_is_read_with_the_type_of_each_option():
    given = {"count": "37", "angle": "-0.3", "shade": "blue", "pixels": "20", "ridge": "1e-4"}
    read = dataclasses.asdict(parse(ToySettings, given))
    assert read == {"count": 37, "angle": -0.3, "shade": "blue", "pixels": 20, "ridge": 1e-4}
    assert [type(value) for value in read.values()] == [int, float, str, int, float]
    assert parse(ToySettings, {"pixels": "all"}).pixels == "all"


@pytest.mark.parametrize(("text", "value"), [("64.0", 64), ("1e3", 1000), (" 64 ", 64), ("+64", 64), ("٦٤", 64)])
def test_an_integer_may_be_written_in_any_way_that_means_one(text, value):
    assert parse(ToySettings, {"count": text}).count == value
    assert mend(ToySettings, {"count": text}) == (ToySettings(count=value), [])


@pytest.mark.parametrize("text", UNREADABLE)
@pytest.mark.parametrize("name", ["count", "pixels"])
def test_what_cannot_be_read_is_refused_on_a_command_line_and_mended_to_the_default_in_a_link(name, text):
    with pytest.raises(InvalidInput, match=f"^{name} must be an integer from 1 to .*; got "):
        parse(ToySettings, {name: text})
    settings, said = mend(ToySettings, {name: text})
    assert settings == ToySettings()
    assert len(said) == 1
    assert said[0].startswith(f"{name}={text[:60]} is not an integer from 1 to ")
    assert said[0].endswith(f"showing the default, {getattr(ToySettings(), name)}.")


@pytest.mark.parametrize("text", ["", "nan", "inf", "1e400", "left", "0,5"])
def test_a_number_that_is_none_is_mended_too(text):
    with pytest.raises(InvalidInput, match="angle must be a number from -1 to 1; got "):
        parse(ToySettings, {"angle": text})
    settings, said = mend(ToySettings, {"angle": text})
    assert settings.angle == 0.5
    assert len(said) == 1


@pytest.mark.parametrize("text", ["", "Blue", "red", "0"])
def test_a_word_that_is_no_choice_is_mended_to_the_default(text):
    with pytest.raises(InvalidInput, match="shade must be one of grey, blue; got "):
        parse(ToySettings, {"shade": text})
    settings, said = mend(ToySettings, {"shade": text})
    assert settings.shade == "grey"
    assert said == [f"shade={text} is not one of grey, blue: showing the default, grey."]


@pytest.mark.parametrize(
    ("name", "text", "nearest", "shown"),
    [
        ("count", "0", 1, "1"),
        ("count", "-5", 1, "1"),
        ("count", "1000001", 1_000_000, "1,000,000"),
        ("count", "9" * 300, 1_000_000, "1,000,000"),
        ("count", "1e30", 1_000_000, "1,000,000"),
        ("angle", "-1.0001", -1.0, "-1"),
        ("angle", "7", 1.0, "1"),
        ("pixels", "785", 784, "784"),
        ("ridge", "0", 1e-6, "1e-06"),
    ],
)
def test_what_is_out_of_range_is_refused_or_mended_to_the_nearest_allowed_value(name, text, nearest, shown):
    with pytest.raises(InvalidInput, match=f"^{name} must be an? .* from .*; got ") as refused:
        parse(ToySettings, {name: text})
    assert len(str(refused.value)) < 120
    settings, said = mend(ToySettings, {name: text})
    assert settings == dataclasses.replace(ToySettings(), **{name: nearest})
    assert type(getattr(settings, name)) is type(nearest)
    assert len(said) == 1
    assert said[0].startswith(f"{name}={text[:60]} is not ")
    assert said[0].endswith(f": showing {shown}.")


def test_every_mended_value_has_a_sentence_of_its_own_and_the_good_ones_are_kept():
    settings, said = mend(ToySettings, {"count": "0", "angle": "x", "colour": "red", "shade": "blue", "": "1"})
    assert settings == ToySettings(count=1, shade="blue")
    assert len(said) == 3
    assert said[0] == "2 names in the link are no settings of this page and were left out: colour, ."
    assert all(sentence.endswith(".") and "\n" not in sentence for sentence in said)


def test_one_unknown_name_has_a_sentence_and_a_thousand_have_one_too():
    assert mend(ToySettings, {"colour": "red"})[1] == ["colour is not a setting of this page and was left out."]
    (said,) = mend(ToySettings, {f"n{i}": "1" for i in range(1000)})[1]
    assert said == "1,000 names in the link are no settings of this page and were left out: n0, n1, n2, …."


@pytest.mark.parametrize("name", ["fbclid", "gclid", "utm_source", "msclkid", "igshid", "mc_cid", "_ga"])
def test_what_sites_add_to_a_link_is_left_out_without_a_word(name):
    assert mend(ToySettings, {name: "abc", "count": "3"}) == (ToySettings(count=3), [])


def test_numbers_are_read_as_the_app_prints_them_and_a_decimal_comma_is_explained():
    assert mend(ToySettings, {"count": "1,000,000"}) == (ToySettings(count=1_000_000), [])
    assert parse(ToySettings, {"count": "1,000"}) == ToySettings(count=1000)
    (said,) = mend(ToySettings, {"angle": "0,25"})[1]
    assert "write 0.25, with a point" in said
    assert mend(ToySettings, {"count": "1,00"})[0] == ToySettings()


def test_a_damaged_drawing_in_a_link_is_one_whole_sentence():
    settings, said = mend(InpaintingSettings, {"mask": "abc"})
    assert settings == InpaintingSettings()
    assert said == ["mask=abc is not a text that the canvas of the page wrote: it was left out; copy the whole link."]


def test_an_unknown_option_is_refused_with_the_names_that_exist():
    with pytest.raises(InvalidInput, match="colour is not an option; expected one of count, angle, shade, pixels"):
        parse(ToySettings, {"count": "3", "colour": "red"})


def test_a_settings_class_made_in_python_is_checked_and_each_value_takes_its_type():
    with pytest.raises(InvalidInput, match="count must be an integer from 1 to 1,000,000; got 0"):
        ToySettings(count=0)
    for wrong in (None, [1], math.nan, 10**400):
        with pytest.raises(InvalidInput, match="count must be"):
            ToySettings(count=wrong)  # type: ignore[arg-type]
    mixed = ToySettings(count=np.int64(64), angle=1, pixels="20", ridge=np.float32(0.5))  # type: ignore[arg-type]
    assert mixed == ToySettings(count=64, angle=1.0, pixels=20, ridge=0.5)
    assert [type(value) for value in dataclasses.astuple(mixed)] == [int, float, str, int, float]


def test_a_long_range_is_no_long_list():
    """The seed's million positions took 0.3 s of every page run while they were one."""
    assert isinstance(options(ConvergenceSettings)["seed"].grid, range)
    assert len(options(ConvergenceSettings)["seed"].grid) == 1_000_000


def test_a_log_slider_has_powers_of_two_between_its_bounds():
    assert options(ToySettings)["pixels"].grid == [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 784]
    assert options(ToySettings)["ridge"].grid[::4] == pytest.approx([1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 0.1, 1], rel=1e-12)
    assert options(ToySettings)["angle"].grid == [-1, -0.75, -0.5, -0.25, 0, 0.25, 0.5, 0.75, 1]


def test_what_changed_is_only_what_differs_from_the_defaults():
    assert changed(ToySettings()) == {}
    assert changed(ToySettings(count=5, pixels=20, shade="grey")) == {"count": 5, "pixels": 20}
    assert changed(ConvergenceSettings(width_f=64, seed=3)) == {"seed": 3}
