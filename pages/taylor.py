"""Which Taylor terms survive when f gets wide?"""

import streamlit as st

from hyperviz.figures import taylor as figures
from hyperviz.studies import taylor as study
from hyperviz.studies import taylor_report as report
from hyperviz.ui import controls, export, live, prose
from hyperviz.ui.play import play, status

line = prose.claim("Wide f alone does not make training linear: the deeper g, the more terms stay")
settings = controls.ask("taylor", study.TaylorSettings, study.PRESETS)
hero = live.hero("taylor-terms", height=430)
took = status("taylor", settings)
left, right = st.columns(2, gap="medium")
with left:
    st.caption(
        "**The theorem in one picture**: slope of every term at every depth of g. Theory: 0 left of the line r = H, "
        "H − r right of it. A narrow, deep g gets there late: widen it."
    )
    grid = live.chart("taylor-map")
with right:
    st.caption("**Remark 1**: the terms of one gradient step of size µ = nᵃ. Which of them fall?")
    remark = live.chart("taylor-remark")
    words = st.empty()
step = None
if settings.step == "on":
    st.caption(
        "**One step of a real network**, written out, and partial sums of equation 5: they part where the step crosses "
        "kinks, which the series does not see."
    )
    step = live.chart("taylor-step", height=360)
latest = []
prose.fold(*report.EXPLANATION)
export.take_away("taylor", settings, latest, report)

for result in play("taylor", settings, study.stream):
    prose.say(line, report.verdict(result))
    took.caption(report.progress(result))
    if not latest or result.finished or "cells" in result.news:
        hero.show(figures.terms(result), report.alt(result))
        remark.show(figures.one_step(result), report.alt(result))
        words.caption(report.remark(result))
    if not latest or "map" in result.news:
        grid.show(figures.heatmap(result), report.alt(result))
    if step and (not latest or "step" in result.news):
        step.show(figures.step(result), report.alt(result))
    latest[:] = [result]
