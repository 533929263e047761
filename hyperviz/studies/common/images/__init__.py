"""Hold drawings, data sets and what studies are asked about images."""
