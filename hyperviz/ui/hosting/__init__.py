"""Serve the app: how it starts, its routes, and many viewers at once."""
