"""Does the empirical hyperkernel become deterministic, and for which widths?"""

import streamlit as st

from hyperviz.figures import convergence as figures
from hyperviz.studies.convergence import report, study
from hyperviz.studies.convergence.settings import PRESETS, ConvergenceSettings
from hyperviz.ui import controls, export, live, prose
from hyperviz.ui.streaming import play, status

line = prose.claim("Is the kernel still random when f, g or both are wide?")
settings = controls.ask("convergence", ConvergenceSettings, PRESETS)
hero = live.hero("convergence-curve")
took = status("convergence", settings)
left, right = st.columns(2, gap="medium")
with left:
    st.caption("How much do random networks disagree at the dotted angle? Dark: they agree.")
    grid = live.chart("convergence-variance")
with right:
    st.caption("Widen only f, only g, or both: which keeps falling? Dashed: the theorem.")
    lines = live.chart("convergence-lines")
st.caption("The limit is a product by construction (equation 14): one factor for x, one for z.")
factors = live.chart("convergence-factors", height=320)
latest = []
prose.fold(*report.EXPLANATION)
export.take_away("convergence", settings, latest, report)

for result in play("convergence", settings, study.stream):
    prose.say(line, report.verdict(result))
    took.caption(report.progress(result))
    if not latest or result.finished or "curves" in result.news:
        hero.show(figures.curve(result), report.alt(result))
    if not latest or "cells" in result.news:
        grid.show(figures.heatmap(result), report.alt(result, "variance"))
        lines.show(figures.lines(result), report.alt(result, "lines"))
    if not latest:
        factors.show(figures.factors(result), report.alt(result, "factors"))
    latest[:] = [result]
