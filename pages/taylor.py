"""Does a wide f alone make training linear? The Taylor terms of one gradient step."""

import streamlit as st

from hyperviz.figures import taylor as figures
from hyperviz.studies.taylor import report, study
from hyperviz.studies.taylor.settings import PRESETS, TaylorSettings
from hyperviz.ui import controls, export, live, prose
from hyperviz.ui.streaming import play, status

line = prose.claim("Does a wide f alone make training linear?")
settings = controls.ask("taylor", TaylorSettings, PRESETS)
hero = live.hero("taylor-map")
took = status("taylor", settings)
st.caption(report.stairs(settings))
left, right = st.columns(2, gap="medium")
with left:
    st.caption("The same terms against the width of f, at the chosen depth of g.")
    lines = live.chart("taylor-terms")
with right:
    st.caption("The terms of one gradient step of size µ = n<sup>a</sup> (Remark 1).", unsafe_allow_html=True)
    remark = live.chart("taylor-remark")
    words = st.empty()
step = None
if settings.step == "on":
    st.caption("One step of a network that is written out (solid), and the partial sums of the series (dashed).")
    step = live.chart("taylor-step", height=360)
latest = []
prose.fold(*report.EXPLANATION)
export.take_away("taylor", settings, latest, report)

for result in play("taylor", settings, study.stream):
    prose.say(line, report.verdict(result))
    took.caption(report.progress(result))
    if not latest or result.news & {"map", "cells"}:
        hero.show(figures.heatmap(result), report.alt(result))
    if not latest or result.finished or "cells" in result.news:
        lines.show(figures.terms(result), report.alt(result, "terms"))
        remark.show(figures.one_step(result), report.alt(result, "remark"))
        words.caption(report.remark(result), unsafe_allow_html=True)
    if step and (not latest or "step" in result.news):
        step.show(figures.step(result), report.alt(result, "step"))
    latest[:] = [result]
