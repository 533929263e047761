"""DESIGN.md, "Words": a docstring, of a module too, starts with a verb and says what is returned."""

import ast

from tests import ROOT

VERBS = (
    "Add",
    "Answer",
    "Ask",
    "Bring",
    "Build",
    "Call",
    "Choose",
    "Compare",
    "Compile",
    "Complete",
    "Compute",
    "Condition",
    "Count",
    "Cut",
    "Declare",
    "Define",
    "Download",
    "Draw",
    "Drop",
    "Factor",
    "Find",
    "Fit",
    "Follow",
    "Have",
    "Hold",
    "Judge",
    "Keep",
    "Let",
    "Make",
    "Map",
    "Measure",
    "Mount",
    "Name",
    "Note",
    "Open",
    "Play",
    "Predict",
    "Raise",
    "Read",
    "Refuse",
    "Remove",
    "Report",
    "Return",
    "Run",
    "Say",
    "See",
    "Send",
    "Serve",
    "Set",
    "Show",
    "Solve",
    "Start",
    "Stop",
    "Take",
    "Train",
    "Turn",
    "Wait",
    "Write",
    "Yield",
    "step",
    "test",
)


def _defined(node, path="", shown=True):
    """Yield every class, function and method of a module: its name, itself, and whether others see it."""
    for child in ast.iter_child_nodes(node):
        seen, name = shown, path
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            seen, name = shown and not child.name.startswith("_"), f"{path}{child.name}."
            yield name.rstrip("."), child, seen
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
            seen = False  # what stands in a function is its own
        yield from _defined(child, name, seen)


def without_verb(source):
    """Return the module and what it defines whose docstring starts otherwise, or is missing where others see it."""
    found, module = [], ast.parse(source)
    for name, defined, shown in [("module", module, True), *_defined(module)]:
        words = (ast.get_docstring(defined) or "").split()
        if shown if not words else words[0].rstrip(",") not in VERBS:
            found.append(name)
    return found


def test_every_docstring_of_a_module_a_class_or_a_function_starts_with_a_verb():
    files = sorted((ROOT / "hyperviz").rglob("*.py"))
    assert len(files) > 100
    found = [f"{path.relative_to(ROOT)}: {name}" for path in files for name in without_verb(path.read_text("utf-8"))]
    assert not found, "start with a verb (one of VERBS) and say what is returned:\n" + "\n".join(found)


def test_a_noun_and_a_question_are_found_wherever_they_stand_and_a_missing_docstring_where_others_see_it():
    source = """
"What is kept."
def noun(): "The curve of a draw."
def question(): "Whether a draw is dead."
def third(): "Returns a draw."
def none(): pass
def verb(): "Return a draw."
def _private(): "A draw."
def _silent(): pass
if True:
    class Kept:
        "What is kept."
        @property
        def size(self): "The bytes of it."
        def put(self):
            "Keep it."
            def inner(): "Of this function alone."
            def silent(): pass
class _Hidden:
    def silent(self): pass
"""
    found = ["module", "noun", "question", "third", "none", "_private", "Kept", "Kept.size", "Kept.put.inner"]
    assert without_verb(source) == found
    assert without_verb('"Return what is kept."') == []
    assert without_verb("") == ["module"]


def test_the_verbs_are_sorted_each_once():
    assert list(VERBS) == sorted(set(VERBS))
