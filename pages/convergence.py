"""Does the empirical hyperkernel become deterministic, and for which widths?"""

import streamlit as st

from hyperviz.figures import convergence as figures
from hyperviz.studies import convergence as study
from hyperviz.studies import convergence_report as report
from hyperviz.ui import controls, export, live, prose
from hyperviz.ui.play import play, status

line = prose.claim("Wide f and wide g together: the kernel stops being random")
settings = controls.ask("convergence", study.ConvergenceSettings, study.PRESETS)
hero = live.hero("convergence-curve", height=430)
took = status("convergence", settings)
left, right = st.columns(2, gap="medium")
with left:
    st.caption("**Variance of the marked entry**, over draws, every pair of widths: where is it small?")
    grid = live.chart("convergence-variance")
with right:
    st.caption("**Along three lines** (dotted: squared interquartile range): which keeps falling?")
    lines = live.chart("convergence-lines")
st.caption("**Equation 14**: the limit is a product. Θ_f does not see z at all; Θ_g carries the angle.")
factors = live.chart("convergence-factors", height=320)
latest = []
prose.fold(*report.EXPLANATION)
export.take_away("convergence", settings, latest, report)

for result in play("convergence", settings, study.stream):
    prose.say(line, report.verdict(result))
    took.caption(report.progress(result))
    if not latest or result.finished or "curves" in result.news:
        hero.show(figures.curve(result), report.alt(result))
    if "cells" in result.news:
        grid.show(figures.heatmap(result), report.alt(result))
        lines.show(figures.lines(result), report.alt(result))
    elif not result.cells:
        factors.show(figures.factors(result), report.alt(result))
    latest[:] = [result]
