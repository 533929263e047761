"""Tours and the lecture on the pages."""
