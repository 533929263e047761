"""Is the untrained hypernetwork a Gaussian process?"""

import streamlit as st

from hyperviz.figures.prior.charts import charts
from hyperviz.studies.prior import report
from hyperviz.studies.prior.settings import PRESETS, PriorSettings
from hyperviz.ui import controls, live, page_loop, page_text
from hyperviz.ui.streaming import status

line = page_text.claim("Is an untrained network a Gaussian process?")
settings = controls.ask("prior", PriorSettings, PRESETS)
places = {"histogram": live.hero("prior-histogram")}
took = status("prior", settings)
controls.choice("prior", PriorSettings, "view")
_, *below = charts(settings).items()
columns = []
for i, (name, chart) in enumerate(below):
    columns = columns if i % 2 else st.columns(2, gap="medium")
    with columns[i % 2]:
        st.caption(chart.caption)
        places[name] = live.chart(f"prior-{name}")
page_loop.run("prior", settings, line, {took: report.progress}, places, charts(settings))
