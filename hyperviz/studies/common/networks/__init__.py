"""Hold random networks, their limits, and their sizes, as studies ask for them."""
