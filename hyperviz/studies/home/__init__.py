"""The home page's study: small random hypernetworks, drawn at once."""
