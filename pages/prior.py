"""Is the untrained hypernetwork a Gaussian process?"""

import streamlit as st

from hyperviz.figures.prior import charts as figures
from hyperviz.studies.prior import report, study
from hyperviz.studies.prior.settings import PRESETS, PriorSettings
from hyperviz.ui import controls, export, live, prose
from hyperviz.ui.streaming import play, status

line = prose.claim("Is an untrained network a Gaussian process?")
settings = controls.ask("prior", PriorSettings, PRESETS)
hero = live.hero("prior-histogram")
took = status("prior", settings)
controls.choice("prior", PriorSettings, "view")
charts, columns = {}, []
for i, (name, (caption, parts, draw)) in enumerate(figures.SECTIONS[settings.view].items()):
    columns = columns if i % 2 else st.columns(2, gap="medium")
    with columns[i % 2]:
        st.caption(caption)
        charts[name] = live.chart(f"prior-{name}"), parts, draw
latest = []
prose.fold(*report.EXPLANATION)
export.take_away("prior", settings, latest, report)

for result in play("prior", settings, study.stream):
    prose.say(line, report.verdict(result))
    took.caption(report.progress(result))
    if not latest or result.finished or "outputs" in result.news:
        hero.show(figures.histogram(result), report.alt(result))
    for name, (chart, parts, draw) in charts.items():
        if not latest or result.news & {*parts}:
            chart.show(draw(result), report.alt(result, name))
    latest[:] = [result]
