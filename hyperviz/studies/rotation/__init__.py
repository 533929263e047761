"""Ask whether a wide g learns more, and a deep g less (Section 5.2, Figure 2)."""
