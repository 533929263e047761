"""Compute the mathematics: arrays in, arrays out."""
