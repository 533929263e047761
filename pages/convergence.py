"""Does the empirical hyperkernel become deterministic, and for which widths?"""

import streamlit as st

from hyperviz.figures.convergence import charts
from hyperviz.studies.convergence import report
from hyperviz.studies.convergence.settings import PRESETS, ConvergenceSettings
from hyperviz.ui import controls, live, page_loop, page_text
from hyperviz.ui.streaming import status

line = page_text.claim("Is the kernel still random when f, g or both are wide?")
settings = controls.ask("convergence", ConvergenceSettings, PRESETS)
places = {"curve": live.hero("convergence-curve")}
took = status("convergence", settings)
left, right = st.columns(2, gap="medium")
with left:
    st.caption("How much do random networks disagree at the dotted angle? Dark: they agree.")
    places["variance"] = live.chart("convergence-variance")
with right:
    st.caption("Widen only f, only g, or both: which keeps falling? Dashed: the theorem.")
    places["lines"] = live.chart("convergence-lines")
left, right = st.columns(2, gap="medium")
with left:
    st.caption("The limit is a product by construction (equation 14): one factor for x, one for z.")
    places["factors"] = live.chart("convergence-factors")
with right:
    st.caption("The first correction: n times the spread levels off at its coefficient. Dashed: Θ_f exactly.")
    places["correction"] = live.chart("convergence-correction")
page_loop.run("convergence", settings, line, {took: report.progress}, places, charts(settings))
