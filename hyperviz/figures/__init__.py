"""Draw a study's results, one file a study: Result in, Plotly figure out."""
