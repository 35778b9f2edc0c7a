"""Fingerprint of the code behind a result: a function and all it calls, here and in solutions/.

Comments, layout and docstrings do not count, nor does anything that the function does not reach,
so rewording a task or a verdict leaves the cached results valid.
"""

import ast
import hashlib
from pathlib import Path

from autograder.paths import course_root, solution_path

HERE = Path(__file__).parent
PACKAGE = HERE.name
CHECKS = course_root(HERE) / "autograder" / "checks"


def fingerprint(path, name):
    """Hash the definition `name` of a module and every definition of the course that it reaches.

    Parameters
    ----------
    path : Path
        The module's file.
    name : str
        A function, class or constant at its top level.

    Returns
    -------
    str
        16 hexadecimal digits.
    """
    reached = {}
    _follow(path, name, reached)
    text = "\n".join(reached[key] for key in sorted(reached))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _follow(path, name, reached):
    defined, imported = _top_level(path)
    key = (path.name, name)
    if key in reached:
        return
    if name in imported:
        _follow(*imported[name], reached)
    elif name in defined:
        reached[key] = _dump(defined[name])
        for node in ast.walk(defined[name]):
            if isinstance(node, ast.Name):
                _follow(path, node.id, reached)
        for notebook, layer in _reference_layers(defined[name]):
            _follow(solution_path(notebook, course_root(HERE)), layer, reached)


def _top_level(path):
    """Definitions by name, and what comes from other modules of the package: `(path, name)`."""
    defined, imported = {}, {}
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            defined[node.name] = node
        elif isinstance(node, ast.Assign):
            for target in node.targets:
                for part in ast.walk(target):
                    if isinstance(part, ast.Name):
                        defined[part.id] = node
        elif isinstance(node, ast.ImportFrom) and (module := _module(str(node.module))):
            for alias in node.names:
                imported[alias.asname or alias.name] = (module, alias.name)
    return defined, imported


def _module(name):
    """Find the file of a module of this package, or of the checks; None for all others."""
    for package, folder in ((PACKAGE, HERE), ("autograder.checks", CHECKS)):
        if name.startswith(f"{package}."):
            return folder / f"{name.removeprefix(f'{package}.')}.py"
    return None


def _reference_layers(tree):
    """Find each `layers("notebook").name`: pairs of notebook and name.

    Raises
    ------
    ValueError
        The module itself is kept or passed on, which hides what is used of it.
    """

    def calls(node):
        return isinstance(node, ast.Call) and getattr(node.func, "id", None) == "layers"

    used = [n for n in ast.walk(tree) if isinstance(n, ast.Attribute) and calls(n.value)]
    if len(used) < sum(map(calls, ast.walk(tree))):
        where = getattr(tree, "name", "a constant")
        raise ValueError(f'{where}: write layers("notebook").name, to show what is used')
    return [(node.value.args[0].value, node.attr) for node in used]


def _dump(node):
    """Write a syntax tree as text that does not depend on the version of Python."""
    if isinstance(node, ast.AST):
        fields = [
            f"{name}={_dump(value)}"
            for name, value in ast.iter_fields(_without_docstring(node))
            if value not in (None, []) and name not in ("kind", "type_comment", "ctx")
        ]
        return f"{type(node).__name__}({', '.join(fields)})"
    if isinstance(node, list):
        return f"[{', '.join(map(_dump, node))}]"
    return repr(node)


def _without_docstring(node):
    if isinstance(node, ast.FunctionDef | ast.ClassDef) and ast.get_docstring(node) is not None:
        rest = {name: value for name, value in ast.iter_fields(node) if name != "body"}
        return type(node)(body=node.body[1:], **rest)
    return node
