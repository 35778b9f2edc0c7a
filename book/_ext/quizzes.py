"""The directive `quiz`: a question whose options open to say whether they are right, and why.

Each option is a disclosure of HTML (`details`), so keyboard, screen readers and phones know it, and
no script is needed. In Markdown::

    :::{quiz} seventh-pixel
    How many pixels of a 7×7 map does no 2×2 window with stride 2 see?

    - [ ] None.

      The windows stop at the sixth row and column.
    - [x] 13.

      The last row and the last column: 7 + 7 − 1.
    :::
"""

import re

from docutils import nodes
from sphinx.util.docutils import SphinxDirective

MARK = re.compile(r"\[( |x)\] ")
RIGHT, WRONG = "Right.", "No."


class Quiz(SphinxDirective):
    """A question by its name: a paragraph, then a list of options with one that is right."""

    required_arguments = 1
    has_content = True

    def run(self):
        """Turn the list into disclosures; only one of them is open at a time."""
        (name,) = self.arguments
        *question, options = self.parse_content_to_nodes()
        if not (question and isinstance(options, nodes.bullet_list)):
            raise self.error(f"quiz {name}: expected a question, then a list of options")
        parts = [self.option(name, item) for item in options]
        if (found := sum(right for right, _ in parts)) != 1:
            raise self.error(f"quiz {name}: expected one option with [x], got {found}")
        label = f"quiz-{name}"
        return [
            _html(f'<div class="quiz" role="group" aria-labelledby="{label}">', quiz=name),
            _html(f'<div id="{label}">'),
            *question,
            _html("</div>"),
            *(node for _, part in parts for node in part),
            _html("</div>"),
        ]

    def option(self, name, item):
        """Return whether an option is right, and its nodes."""
        text, *why = item.children
        first = text.children[0].astext() if text.children else ""
        mark = MARK.match(first)
        if not (mark and why):
            raise self.error(f"quiz {name}: expected '[ ] option' and a why, got {text.astext()!r}")
        right = mark.group(1) == "x"
        label = nodes.inline("", "", nodes.Text(first[mark.end() :]), *text.children[1:])
        why[0].insert(0, [nodes.strong("", RIGHT if right else WRONG), nodes.Text(" ")])
        kind = "right" if right else "wrong"
        return right, [
            _html(f'<details class="{kind}" name="quiz-{name}"><summary>'),
            label,
            _html("</summary>"),
            *why,
            _html("</details>"),
        ]


def _html(text, **attributes):
    return nodes.raw("", text, format="html", **attributes)


def setup(app):
    """Register the directive; its looks are in `_static/quizzes.css`."""
    app.add_directive("quiz", Quiz)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
