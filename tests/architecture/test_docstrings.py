"""DESIGN.md, "Words": the docstring of a public function or method starts with a verb and says what is returned."""

import ast

from tests import ROOT

VERBS = (  # in the imperative; not here: "step", "test" and others that would let a noun pass
    "Add",
    "Answer",
    "Bring",
    "Compile",
    "Compute",
    "Condition",
    "Draw",
    "Drop",
    "Factor",
    "Fit",
    "Follow",
    "Hold",
    "Keep",
    "Let",
    "Make",
    "Mount",
    "Note",
    "Open",
    "Play",
    "Predict",
    "Raise",
    "Read",
    "Refuse",
    "Return",
    "Run",
    "Say",
    "Send",
    "Serve",
    "Set",
    "Show",
    "Solve",
    "Take",
    "Turn",
    "Wait",
    "Write",
    "Yield",
)


def _public(node, path=""):
    """Yield the public functions and methods of a module, with their names; what stands in a function is its own."""
    for child in ast.iter_child_nodes(node):
        named = isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        if named and child.name.startswith("_"):
            continue
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
            yield path + child.name, child
        else:
            yield from _public(child, f"{path}{child.name}." if named else path)


def without_verb(source):
    """Return the names of the public functions of a module whose docstring starts otherwise, or is not there."""
    said = ((name, (ast.get_docstring(function) or "").split()) for name, function in _public(ast.parse(source)))
    return [name for name, words in said if not words or words[0].rstrip(",") not in VERBS]


def test_the_docstring_of_every_public_function_starts_with_a_verb():
    files = sorted((ROOT / "hyperviz").rglob("*.py"))
    assert len(files) > 100
    found = [f"{path.relative_to(ROOT)}: {name}" for path in files for name in without_verb(path.read_text("utf-8"))]
    assert not found, "start with a verb (one of VERBS) and say what is returned:\n" + "\n".join(found)


def test_a_noun_a_question_and_a_missing_docstring_are_found_wherever_a_public_function_stands():
    source = """
def noun(): "The curve of a draw."
def question(): "Whether a draw is dead."
def third(): "Returns a draw."
def none(): pass
def verb(): "Return a draw."
def _private(): "A draw."
if True:
    class Kept:
        "What is kept."
        @property
        def size(self): "The bytes of it."
        def _own(self): "Its own."
        def put(self):
            "Keep it."
            def inner(): "Of this function alone."
class _Hidden:
    def of_no_one(self): "Hidden."
"""
    assert without_verb(source) == ["noun", "question", "third", "none", "Kept.size"]


def test_the_verbs_are_sorted_each_once():
    assert list(VERBS) == sorted(set(VERBS))
