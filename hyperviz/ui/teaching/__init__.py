"""Show tours and the lecture on the pages."""
