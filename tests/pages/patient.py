"""`python -m streamlit`, for a machine on which a browser may take longer to open a page than a visitor's does."""

from streamlit.web.cli import main

from hyperviz.ui.hosting import visits

visits.PATIENCE = 600  # seconds, as that of the tests: after ten, pictures come whether controls are there or not

if __name__ == "__main__":
    main()
