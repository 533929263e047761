"""What surrounds every page: navigation, width, name."""

import pathlib

import streamlit as st

HERE = pathlib.Path(__file__).parent
PAGES = HERE.parents[1] / "pages"
TITLES = {
    "home": ("Home", ":material/home:"),
    "convergence": ("Convergence", ":material/target:"),
    "prior": ("Prior", ":material/airwave:"),
    "taylor": ("Taylor", ":material/stacked_line_chart:"),
    "dynamics": ("Dynamics", ":material/moving:"),
    "rotation": ("Rotation", ":material/rotate_right:"),
    "inpainting": ("Inpainting", ":material/draw:"),
}

st.set_page_config(page_title="hyperviz", page_icon=str(HERE / "icon.png"), layout="wide")
st.html(HERE / "shell.html")
pages = [
    st.Page(PAGES / f"{name}.py", title=title, icon=icon, default=name == "home")
    for name, (title, icon) in TITLES.items()
    if (PAGES / f"{name}.py").exists()
]
st.navigation(pages, position="top").run()
