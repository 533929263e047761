"""The stock Streamlit loop that the app is compared with: one slider, one chart."""

import numpy as np
import plotly.graph_objects as go
import streamlit as st

width = st.slider("width of f", 1, 30, 5)
st.plotly_chart(go.Figure(go.Scatter(y=np.sin(np.linspace(0, width, 200)))))
