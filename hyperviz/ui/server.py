"""The app's server, from a checkout and from an installed wheel."""

from __future__ import annotations

import pathlib

PACKAGE = pathlib.Path(__file__).parents[1]
# app.py, pages/ and .streamlit/ lie beside the package in a checkout; a wheel has them inside (pyproject.toml)
SERVED = PACKAGE / "served" if (PACKAGE / "served").exists() else PACKAGE.parent


def serve(options: list[str]) -> None:
    """Serve the app until it is stopped, with the options of `streamlit run`."""
    from streamlit.web import cli  # only here: the command line loads no server for a study

    cli.main(["run", str(SERVED / "app.py"), *options], prog_name="hyperviz app")
