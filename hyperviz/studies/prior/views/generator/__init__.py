"""Say what f saves by writing g in chunks or at low rank, and what that changes."""
