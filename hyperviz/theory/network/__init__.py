"""Compute the finite hypernetwork h(x, z) = g(z; f(x)) with its weights written out (eqs. 2 and 3).

`init` and `apply` are for a network as the paper writes it. `init_released` and `forward` serve a compiled training
step: layers with spare neurons that are held at zero, so that widths may be traced, and the parameterisation of the
code that the authors released, which is another network.
"""

from hyperviz.theory.network.forward_pass import apply, forward
from hyperviz.theory.network.weights import BOTTLENECK, Parameters, Widths, init, init_released, neurons_first

__all__ = ["BOTTLENECK", "Parameters", "Widths", "apply", "forward", "init", "init_released", "neurons_first"]
