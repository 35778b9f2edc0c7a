"""Formulas become MathML while the book is built: no script, and screen readers read them."""

import re

from docutils.nodes import SkipNode
from latex2mathml.converter import convert
from sphinx.errors import ExtensionError


def setup(app):
    """Make MathML a way of writing formulas, and the book's way."""
    app.add_html_math_renderer("mathml", (_inline, None), (_display, None))
    app.config.html_math_renderer = "mathml"
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def mathml(latex, display):
    r"""Turn a formula into MathML, spaced as LaTeX spaces `1{,}000`, `a/b` and `\max(a, b)`.

    Parameters
    ----------
    latex : str
    display : {"inline", "block"}

    Returns
    -------
    str

    Raises
    ------
    ExtensionError
        If a command is not known.

    Examples
    --------
    >>> mathml(r"k \cdot k", "inline")[-50:]
    '<mi>k</mi><mo>&#x022C5;</mo><mi>k</mi></mrow></math>'
    """
    made = convert(latex.replace("{,}", r"\text{,}"), display=display)
    made = made.replace("<mo>&#x0002F;</mo>", '<mo lspace="0" rspace="0">/</mo>')
    made = re.sub(r"<mo>([a-z]+)</mo>", r"<mi>\1</mi>", made)
    if "\\" in made:
        raise ExtensionError(f"mathml({latex!r}): expected LaTeX that latex2mathml knows: {made}")
    return made


def _inline(writer, node):
    writer.body.append(mathml(node.astext(), "inline"))
    raise SkipNode


def _display(writer, node):
    made = mathml(node.astext(), "block")
    writer.body.append(f"{writer.starttag(node, 'div', CLASS='math')}{made}</div>")
    raise SkipNode
