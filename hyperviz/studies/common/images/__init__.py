"""Drawings, data sets and what studies are asked about images."""
