"""Hold the one glossary: what pages and controls explain on hover, and the table in hyperviz/README.md."""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["TERMS", "Term", "meaning", "on_pages", "table"]


class Term(NamedTuple):
    """Hold one entry: how the term is written, what it means, and where that is said."""

    names: str  # separated by commas
    meaning: str
    code: str = ""  # its name in code, for the README
    pages: bool = True  # whether pages explain it; off for the words of developers, and where a page's letter is a word


TERMS = (
    Term("f, hypernetwork", "the network f(x; w) that gives no answer itself: its outputs are the weights of g"),
    Term("g, primary network", "the network g(z; v) that answers; its weights v = f(x) are written by f"),
    Term("h", "the whole: h(x, z) = g(z; f(x)), the output of g with the weights that f wrote"),
    Term("x", "the input of f, for example an image"),
    Term("|x|/√n₀", "the size of x: 1 where each of its n₀ coordinates has variance 1", "size"),
    Term("z", "the input of g, for example the place of a pixel"),
    Term("u, u′", "an input of the whole, the pair u = (x, z); u′ is a second one"),
    Term("L", "weight matrices in the hypernetwork f: its depth", "depth_f"),
    Term("n", "neurons in each hidden layer of f: its width", "width_f"),
    Term("H", "weight matrices in the primary network g: its depth", "depth_g"),
    Term("m", "neurons in each hidden layer of g: its width", "width_g"),
    Term("σ", "the activation of f's hidden layers", "activation_f"),
    Term("φ", "the activation of g's hidden layers", "activation_g"),
    Term("n_L", "how many numbers f must write: the weights of g"),
    Term(
        "C",
        "chunks of each layer of g: one part of f writes them in turn",
        "chunks",
        pages=False,
    ),
    Term("rank", "columns of U and V, where f writes an inner layer of g as U Vᵀ", "rank"),
    Term("NTK parameterisation", "weights of variance 1, each layer divided by the root of its fan-in (eqs. 2 and 3)"),
    Term("kernel", "a number for two inputs that says how much what is learnt at one moves the other"),
    Term("tangent kernel, NTK", "products of gradients in the weights: by how much a step at one input moves another"),
    Term("K", "the tangent kernel of one random network: random, because its weights are", "kernel"),
    Term("Θ_f, Θ_g", "the tangent kernels of f and of g, infinitely wide and no longer random"),
    Term("hyperkernel, Θ_h, Θₕ, HK", "the tangent kernel of h, infinitely wide: Θ_f · Θ_g (Theorem 3)"),
    Term("Gaussian process", "random functions whose values at any points are jointly Gaussian"),
    Term("NNGP", "the kernel of the Gaussian process that an infinitely wide, untrained network is (Theorem 2)"),
    Term("S, Λ, Λ^H", "the NNGP of f, and that of g and so of h; Λ^H after H layers"),
    Term("HN", "a finite hypernetwork that is trained"),
    Term("Taylor term, Taylor series, K⁽ʳ⁾", "part r of what a gradient step does to h (eq. 5); r = 1 is linear"),
    Term("r", "the order of a term of the Taylor series of one gradient step"),
    Term("a", "the exponent of the step size µ = nᵃ (Remark 1)", "exponent", pages=False),
    Term("µ", "the step size of gradient descent, also called learning rate"),
    Term("slope", "the power of the width in a chart of two log axes: 0 stays, −1 halves when the width doubles"),
    Term("limit", "the value that theory gives for infinite widths, n = m = ∞"),
    Term("θ", "the angle between two inputs of g, in radians", "theta"),
    Term("Fourier feature", "a wave cos(Wz/ℓ + b) of random direction that g sees in the place of z"),
    Term("bandwidth, ℓ", "the length, in units of z, over which g's Fourier features resemble each other", "bandwidth"),
    Term("kernel regression", "the prediction that a kernel and data alone give; nothing is trained step by step"),
    Term(
        "ridge, ε",
        "what is added to the diagonal of a kernel matrix: how noisy the data are taken to be",
        "ridge",
    ),
    Term("plain ridge", "kernel ridge regression from what is visible to every pixel, without a hypernetwork"),
    Term("mean image", "the mean of all training images, the simplest guess"),
    Term("neighbours", "the mean of the training images that look most alike where they are seen"),
    Term("N", "the number of training examples"),
    Term("loss", "what training makes small: the error on the training examples"),
    Term("t, T", "the time of training: the length of a gradient step times their number", "time"),
    Term("gradient flow", "gradient descent with steps of length 0"),
    Term("epoch", "one pass through all training examples"),
    Term("stuck", "the loss no longer falls, though it is not near 0"),
    Term("draws", "random hypernetworks, or random choices of data, independent of each other", "draws"),
    Term("starts", "random initialisations of training", "starts"),
    Term("runs", "repetitions with other random numbers", "runs", pages=False),
    Term("seed", "a number that decides all random numbers: the same link gives the same numbers", "seed"),
    Term("standard error", "the standard deviation of a mean over draws; bands are ± 2 of them"),
    Term("interval", "a range that holds the true value with 95 % confidence; it stands in brackets"),
    Term("middle 80 %", "the lowest and the highest tenth are left out"),
    Term("median", "half of the values lie below it"),
    Term("dual of an activation", "E[σ(a) σ(b)] of two Gaussians, as a function of their correlation", pages=False),
    Term("torus", "a grid of pixels with opposite edges joined: the regression is one system a frequency", pages=False),
    Term("lane", "a draw among those that one compiled program advances together", pages=False),
    Term("tick", "one short step of a sampler: a block of neurons", pages=False),
)


def meaning(name: str, more: str = "") -> str:
    """Return what a term means, for the help of a control; more: what this control adds to it."""
    (found,) = (term.meaning for term in TERMS if name in term.names.split(", "))
    return f"{found}; {more}" if more else found


def on_pages() -> list[tuple[list[str], str]]:
    """Return how each term is written on pages and what it means."""
    return [(term.names.split(", "), term.meaning) for term in TERMS if term.pages]


def table() -> list[str]:
    """Return the lines of the glossary in hyperviz/README.md."""
    rows = [(f"{term.names} (`{term.code}`)" if term.code else term.names, term.meaning) for term in TERMS]
    return ["| term | meaning |", "| --- | --- |", *(f"| {term} | {meaning} |" for term, meaning in rows)]
