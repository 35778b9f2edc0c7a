"""Real English sentences, from what every installation of the course has: documentation.

The paragraphs of the docstrings of four libraries, in the versions that the course pins.
"""

import ast
import hashlib
import re
from functools import cache
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

LIBRARIES = {"matplotlib": "matplotlib", "numpy": "numpy", "scipy": "scipy"}
LIBRARIES |= {"sklearn": "scikit-learn"}
LENGTH = 16
# Lines of code, lists, tables and headings.
NO_PROSE = re.compile(r"^[\s>\-.*|]|--|:", re.MULTILINE)


@cache
def paragraphs(library, count):
    """Collect the first words of paragraphs, each text once, from files in a mixed order.

    Parameters
    ----------
    library : str
        The name that is imported.
    count : int
        Stop with the file that has brought so many.

    Returns
    -------
    tuple of (tuple, bool)
        `LENGTH` words, in small letters, and whether the file is one to test on.
    """
    root = Path(find_spec(library).submodule_search_locations[0])
    files = [path for path in root.rglob("*.py") if "tests" not in path.parts]
    found = {}
    for mark, path in sorted((_mark(path.relative_to(root)), path) for path in files):
        for words in _prose(path):
            found.setdefault(words, int(mark, 16) % 4 == 0)
        if len(found) >= count:
            break
    return tuple(found.items())[:count]


def _mark(path):
    return hashlib.sha256(path.as_posix().encode()).hexdigest()


def _prose(path):
    documented = ast.Module | ast.ClassDef | ast.FunctionDef
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        text = ast.get_docstring(node) if isinstance(node, documented) else None
        for paragraph in (text or "").split("\n\n"):
            words = re.findall("[a-z]+", paragraph.lower())
            if len(words) >= LENGTH and not NO_PROSE.search(paragraph):
                yield tuple(words[:LENGTH])


def versions():
    """Name the libraries with their versions."""
    return ", ".join(f"{name} {version(name)}" for name in LIBRARIES.values())
