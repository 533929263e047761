"""Ask what an infinitely wide f does with a narrow g (Section 3, equation 16)."""
