"""Shapes are types: under the tests every annotation of hyperviz.theory is checked, at run time, by beartype."""

from jaxtyping import install_import_hook

install_import_hook("hyperviz.theory", "beartype.beartype")  # before anything imports hyperviz
