"""Roles for words of the sources' languages: ``hans``, ``hant`` (Chinese) and ``de`` (German).

Each is marked with its language, which picks the right shapes of Chinese characters and the right
voice of a screen reader, and stands in the index.
"""

from __future__ import annotations

from functools import partial

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx

LANGUAGES = {"hans": "zh-Hans", "hant": "zh-Hant", "de": "de"}
#: The index's heading for words without a Latin initial.
CHINESE = "中文"


def word(language, role, rawtext, text, lineno, inliner, options=None, content=()):
    """Return a word with its language, and its entry in the index."""
    document = inliner.document
    target = f"{role}-{document.settings.env.new_serialno('word')}"
    heading = CHINESE if language.startswith("zh") else None
    entry = addnodes.index(entries=[("single", text, target, "", heading)])
    # docutils writes a class of this form as the attribute lang
    return [entry, nodes.inline(text, text, ids=[target], classes=[f"language-{language}"])], []


def setup(app: Sphinx) -> dict[str, bool]:
    """Add the roles."""
    for role, language in LANGUAGES.items():
        app.add_role(role, partial(word, language))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
