"""Is the untrained hypernetwork a Gaussian process?"""

import streamlit as st

from hyperviz.figures.prior.charts import charts
from hyperviz.studies.prior import report
from hyperviz.studies.prior.settings import PRESETS, PriorSettings
from hyperviz.studies.prior.views.own_points import kernel_settings
from hyperviz.ui import controls, live, own_points, page_loop, page_text
from hyperviz.ui.streaming import status

line = page_text.claim("Is an untrained network a Gaussian process?")
settings = controls.ask("prior", PriorSettings, PRESETS)
places = {"histogram": live.hero("prior-histogram")}
took = status("prior", settings)
controls.choice("prior", PriorSettings, "view")
asked, latest = {}, []
if settings.view == "points":
    asked = own_points.ask("prior")._asdict()
_, *below = charts(settings).items()
columns = []
for i, (name, chart) in enumerate(below):
    columns = columns if i % 2 else st.columns(2, gap="medium")
    with columns[i % 2]:
        st.caption(chart.caption)
        places[name] = live.chart(f"prior-{name}", height=chart.height)
if settings.view == "points":
    own_points.take_away(latest, kernel_settings(settings, asked["ridge"]))
page_loop.run("prior", settings, line, {took: report.progress}, places, charts(settings), latest, **asked)
