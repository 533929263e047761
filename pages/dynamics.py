"""What does an infinitely wide f do with a narrow g, and with a wide one?"""

import streamlit as st

from hyperviz.figures import dynamics as figures
from hyperviz.studies.dynamics import report, study
from hyperviz.studies.dynamics.settings import PRESETS, DynamicsSettings
from hyperviz.ui import controls, export, live, prose
from hyperviz.ui.streaming import play, status

line = prose.claim("Does an infinitely wide f always learn?")
settings = controls.ask("dynamics", DynamicsSettings, PRESETS)
hero = live.hero("dynamics-loss")
took = status("dynamics", settings)
left, right = st.columns(2, gap="medium")
with left:
    st.caption("How many of 32 starts learn the data (loss < 10⁻³)? A wider g helps, a deeper g harms.")
    grid = live.chart("dynamics-reached")
with right:
    st.caption(report.SEEN[settings.view])
    second = live.chart(f"dynamics-{settings.view}")
latest = []
prose.fold(*report.EXPLANATION)
export.take_away("dynamics", settings, latest, report)

for result in play("dynamics", settings, study.stream):
    prose.say(line, report.verdict(result))
    took.caption(report.progress(result))
    if not latest or {"paths", "twins", "beside"} & result.news:
        hero.show(figures.curves(result), report.alt(result))
    if not latest or "cells" in result.news:
        grid.show(figures.heatmap(result), report.alt(result, "reached"))
    if not latest or "view" in result.news:
        second.show(figures.FIGURES[settings.view](result), report.alt(result, "view"))
    latest[:] = [result]
