"""What agreement means: one tolerance a dtype, of the scale of what is compared; random numbers have their own."""

import numpy as np

# kernels and duals: at equal points a gap 1 - c of one rounding is an angle of its square root in Theta
KERNEL = {np.dtype("float32"): 1e-5, np.dtype("float64"): 5e-7}
# two orders of the same sums: what float32 rounding may differ by in a draw, through pseudo-inverses
SAME_DRAW = 2e-3
# smallest p-value over all statistics of a pair of samples; times the ~2,000 statistics in the suite: 2 %
SIGNIFICANT = 1e-5
STANDARD_ERRORS = 5


def agree(got, want, tolerance, scale=None):
    """got equals want up to tolerance times the scale, by default the largest of want."""
    want = np.asarray(want, np.longdouble)
    scale = np.abs(want).max() if scale is None else scale
    np.testing.assert_allclose(np.asarray(got, np.longdouble), want, rtol=0, atol=float(tolerance * scale))
