"""The shipped tables: one reader, one schema, nothing in the folder that the reader does not know."""

import importlib.util
import json
import shlex

import pytest

from hyperviz.data import stored


def test_every_table_in_the_folder_is_known_to_the_reader():
    assert sorted(path.stem for path in stored.FOLDER.glob("*.csv")) == sorted(stored.TABLES)
    assert sorted(path.stem for path in stored.FOLDER.glob("*.json")) == sorted([*stored.TABLES, stored.CLAIMS.stem])


@pytest.mark.parametrize("name", stored.TABLES)
def test_a_table_has_rows_and_says_by_which_command_they_were_made(name):
    rows, about = stored.table(name), stored.about(name)
    assert len(rows) > 10
    assert {key: type(about[key]) for key in stored.SCHEMA} == stored.SCHEMA
    python, module, program, *_ = shlex.split(about["command"])
    assert (python, module) == ("python", "-m")
    assert importlib.util.find_spec(program) is not None


def test_pixels_are_read_alike_in_every_table():
    pixels = {name: set(stored.table(name).get("pixels", ())) for name in stored.TABLES}
    assert pixels["table1"] == {"20"}
    assert pixels["table1_all_pixels"] == {"all"}
    assert pixels["sensitivity"] == {"20", "all"}


def test_every_shipped_picture_belongs_to_a_claim_and_every_claim_that_ran_has_one():
    claims = json.loads(stored.CLAIMS.read_text("utf-8"))["claims"]
    assert {claim["picture"] for claim in claims if claim["verdict"] != "not run here"} == {*stored.pictures()}
