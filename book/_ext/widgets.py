"""The directive `widget`: a place that a script of `book/widgets/` fills with something to try."""

import html
from pathlib import Path

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.util.docutils import SphinxDirective

FOLDER = Path(__file__).parents[1] / "widgets"
#: What all widgets share, in the order in which it is loaded.
SHARED = ("numbers", "drawing")
#: One script each, of the same name.
WIDGETS = sorted({path.stem for path in FOLDER.glob("*.js")} - set(SHARED))
WITHOUT_SCRIPT = "This needs JavaScript; the text and the figures around it do not."


class Widget(SphinxDirective):
    """A widget by its name; the content says what to try, and stays without JavaScript too."""

    required_arguments = 1
    has_content = True
    option_spec = {"view": directives.unchanged}

    def run(self):
        """Frame the content; the script adds controls and pictures behind it."""
        (name,) = self.arguments
        if name not in WIDGETS:
            raise self.error(f"widget {name!r}: expected one of {', '.join(WIDGETS)}")
        view = self.options.get("view")
        chosen = f' data-view="{html.escape(view)}"' if view else ""
        head = f'<div class="widget" role="group" aria-label="Try it" data-widget="{name}"{chosen}>'
        noscript = f"<noscript><p>{WITHOUT_SCRIPT}</p></noscript></div>"
        return [
            nodes.raw("", head, format="html", widget=name),
            *self.parse_content_to_nodes(),
            nodes.raw("", noscript, format="html"),
        ]


def add_scripts(app, page, template, context, doctree):
    """Load scripts on those pages only that have a widget."""
    raw = doctree.findall(nodes.raw) if doctree else ()
    if found := {node["widget"] for node in raw if "widget" in node}:
        app.add_css_file("widgets.css")
        for name in (*SHARED, *sorted(found)):
            app.add_js_file(f"{name}.js", loading_method="defer")


def setup(app):
    """Register the directive and the folder of scripts."""
    app.add_directive("widget", Widget)
    app.connect("config-inited", lambda _, config: config.html_static_path.append(str(FOLDER)))
    app.connect("html-page-context", add_scripts)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
