"""Start the app's server, from a checkout and from an installed wheel."""

from __future__ import annotations

import pathlib

from streamlit.runtime.state import query_params

PACKAGE = pathlib.Path(__file__).parents[2]
# app.py, pages/ and .streamlit/ lie beside the package in a checkout; a wheel has them inside (pyproject.toml)
SERVED = PACKAGE / "served" if (PACKAGE / "served").exists() else PACKAGE.parent


def read_long_links() -> None:
    """Let Streamlit read links of any number of fields: above 1,000, it drops all of them without a word.

    Its bound of 512 Ki characters stays.
    """
    query_params.CLIENT_STATE_QUERY_STRING_MAX_FIELDS = query_params.CLIENT_STATE_QUERY_STRING_MAX_LENGTH


def serve(options: list[str]) -> None:
    """Serve the app until it is stopped, with the options of `streamlit run`."""
    from streamlit.web import cli  # only here: the command line loads no server for a study

    cli.main(["run", str(SERVED / "app.py"), *options], prog_name="hyperviz app")
