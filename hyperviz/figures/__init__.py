"""One file a study: Result in, Plotly figure out."""
