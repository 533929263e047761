"""The server: how it starts, its routes, and many viewers at once."""
