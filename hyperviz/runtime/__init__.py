"""Run what is computed: execution, caches and checkpoints; no mathematics, no screen."""
