"""Name what settings, links and command lines choose: importing these words loads no JAX."""

PIECEWISE_LINEAR = ("relu", "leaky_relu")  # activations of f and g
SMOOTH = ("tanh", "erf", "gelu", "sin")  # of g alone
ACTIVATIONS = (*PIECEWISE_LINEAR, *SMOOTH)  # of g
PARAMETERISATIONS = ("ntk", "released")  # the paper's, and that of its authors' code
