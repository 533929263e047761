"""Hold the only Streamlit in the package."""

import hyperviz.studies  # noqa: F401  # the first of all: it sets up the process
