"""Cells that show something and that no mark depends on: they need not run when grading.

The course tags such a cell ``demo`` in its source. A learner who edits it takes the tag away, and
one whose own code uses a name from it makes it needed: then it is run like any other.
"""

from __future__ import annotations

import ast
import symtable

from nbformat.notebooknode import NotebookNode

from autograder.grading.verdict import is_learners_code

TAG = "demo"
#: Names with which code can reach every other name.
ANYTHING = {"eval", "exec", "globals", "locals", "vars", "get_ipython"}


def is_demo(cell: NotebookNode) -> bool:
    """Return whether a cell is one of the course's that only show something."""
    return TAG in cell.metadata.get("tags", [])


def not_needed(nb: NotebookNode) -> set[int]:
    """Return the positions of the cells that no exercise of a notebook needs."""
    demos = {i for i, cell in enumerate(nb.cells) if is_demo(cell)}
    bound = ANYTHING.union(*(_bound(nb.cells[i].source) for i in demos))
    for i, cell in enumerate(nb.cells):
        if i not in demos and is_learners_code(cell) and _uses(cell.source, bound):
            return set()
    return demos


def _uses(source: str, names: set[str]) -> bool:
    """Return whether code may read one of some global names."""
    try:
        tables = [symtable.symtable(source, "cell", "exec")]
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return True  # No plain Python: a magic, for instance.
    while tables:
        table = tables.pop()
        tables += table.get_children()
        outermost = table.get_type() == "module"
        for symbol in table.get_symbols():
            read = symbol.is_referenced() and (outermost or symbol.is_global())
            if read and symbol.get_name() in names:
                return True
    return False


def _bound(source: str) -> set[str]:
    """Return the names that a demo's code gives a meaning to."""
    bound = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            bound.add(node.id)
        elif isinstance(node, ast.FunctionDef | ast.ClassDef):
            bound.add(node.name)
        elif isinstance(node, ast.alias):
            bound.add((node.asname or node.name).partition(".")[0])
    return bound
