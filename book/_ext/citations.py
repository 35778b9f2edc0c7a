"""The list of references keeps no role that its entries do not fit."""


def setup(app):
    """Mend each page before it is written."""
    app.connect("html-page-context", drop_list_role)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def drop_list_role(app, pagename, templatename, context, doctree):
    """Take back docutils' `role="list"`: its entries are `doc-biblioentry`, not `listitem`."""
    body = context.get("body", "")
    context["body"] = body.replace('<div role="list" class="citation-list">', "<div>")
