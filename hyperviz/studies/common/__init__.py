"""Hold what several studies share."""
