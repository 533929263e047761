"""Reads the imports of a tree from its source, TYPE_CHECKING blocks and function bodies included."""

from __future__ import annotations

import ast
import graphlib
import pathlib

LAYERS = {  # part of the tree: what it may import of the others
    "errors": set(),
    "runtime": {"errors"},
    "theory": {"errors", "runtime"},
    "data": {"errors", "runtime"},
    "studies": {"errors", "runtime", "theory", "data"},
    "figures": {"errors", "studies"},
    "ui": {"errors", "studies"},
    "__main__": {"errors", "runtime", "studies"},
    "notebook": {"errors", "studies", "figures"},
    "pages": {"errors", "data", "studies", "figures", "ui"},
    "app": {"ui"},
}


def modules(root: pathlib.Path) -> dict[str, pathlib.Path]:
    """Return every module of the package, of pages and app.py, by its dotted name."""
    files = [*root.glob("hyperviz/**/*.py"), *root.glob("pages/*.py"), root / "app.py"]
    return {".".join(path.relative_to(root).with_suffix("").parts).removesuffix(".__init__"): path for path in files}


def graph(root: pathlib.Path) -> dict[str, set[str]]:
    """Return the modules that each module imports; `from package import module` counts as the module."""
    known = modules(root)
    return {name: _imported(path.read_text("utf-8"), known.keys()) - {name} for name, path in known.items()}


def _imported(source: str, known) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= {name if name in known else node.module for name in names}
    return found & set(known)


def part(module: str) -> str:
    """Return the part of the tree that a module belongs to: a key of LAYERS, or hyperviz for the package itself."""
    return module.removeprefix("hyperviz.").split(".")[0]


def upwards(imports: dict[str, set[str]]) -> list[str]:
    """Return the imports that LAYERS forbids, a sentence each."""
    return [
        f"{module} imports {other}"
        for module, others in imports.items()
        for other in sorted(others)
        if part(other) not in {part(module), "hyperviz", *LAYERS.get(part(module), set())}
    ]


def cycle(imports: dict[str, set[str]]) -> list[str]:
    """Return the modules of one import cycle, or nothing where there is none."""
    try:
        graphlib.TopologicalSorter(imports).prepare()
    except graphlib.CycleError as error:
        return error.args[1]
    return []
