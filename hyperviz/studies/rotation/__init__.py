"""Does a wide g learn more, and a deep g less? (Section 5.2, Figure 2)"""
