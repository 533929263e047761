"""Execution, caches and checkpoints: no mathematics, no screen."""
