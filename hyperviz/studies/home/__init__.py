"""Draw small random hypernetworks for the home page, at once."""
