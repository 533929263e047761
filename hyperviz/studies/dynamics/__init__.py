"""What does an infinitely wide f do with a narrow g? (Section 3, equation 16)"""
