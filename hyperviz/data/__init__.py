"""Data sets: the digits that come with the package."""
