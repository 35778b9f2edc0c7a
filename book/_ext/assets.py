"""What each page loads, cut down to what it uses: icons, and no scripts for live kernels."""

import re
import shutil
from pathlib import Path

import pydata_sphinx_theme
from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont

THEME = Path(pydata_sphinx_theme.__file__).parent / "theme" / "pydata_sphinx_theme" / "static"
STYLE = "styles/pydata-sphinx-theme.css"
FONTS = "vendor/fontawesome/webfonts"


def setup(app):
    """Leave out scripts when a page is written, and make the icons when all are."""
    app.connect("html-page-context", leave_out_kernels, priority=900)
    app.connect("build-finished", write_icons)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def leave_out_kernels(app, pagename, templatename, context, doctree):
    """Drop the scripts and styles of Thebe, which gets its kernels from another host."""
    for kind in ("script_files", "css_files"):
        context[kind] = [file for file in context[kind] if "thebe" not in _text(file).lower()]


def _text(file):
    return f"{file.filename} {file.attributes.get('body')}"


def write_icons(app, exception):
    """Cut Font Awesome down to the icons that the pages show."""
    if exception or app.builder.format != "html":
        return
    folder = Path(app.outdir)
    pages = "".join(path.read_text(encoding="utf-8") for path in folder.glob("*.html"))
    names = set(re.findall(r"\bfa-[a-z0-9-]+", pages))
    style = cut((THEME / STYLE).read_text(encoding="utf-8"), names)
    (folder / "_static" / STYLE).write_text(style, encoding="utf-8")
    styles = [path.read_text(encoding="utf-8") for path in folder.glob("_static/**/*.css")]
    write_font(characters("".join(styles)), folder / "_static" / "icons.woff")
    shutil.rmtree(folder / "_static" / FONTS, ignore_errors=True)


def cut(style, names):
    r"""Leave the rules of some icons in a style sheet, and have them use the small font.

    Parameters
    ----------
    style : str
        The theme's style sheet, which holds Font Awesome's.
    names : set of str
        The icons' classes.

    Returns
    -------
    str

    Examples
    --------
    >>> cut(r'a{b:c}.fa-sun:before{content:"\f185"}.fa-moon:before{content:"\f186"}', {"fa-sun"})
    'a{b:c}.fa-sun:before{content:"\\f185"}'
    """

    def keep(rule):
        return rule[0] if names & set(re.findall(r"fa-[\w-]+", rule[0])) else ""

    style = re.sub(r'(?:\.fa-[\w-]+:before,?)+\{content:"[^"]*"\}', keep, style)
    solid = r"src:url\(\.\./vendor/fontawesome/[^)]*solid[^}]*"
    return re.sub(solid, 'src:url(../icons.woff) format("woff")', style)


def characters(styles):
    r"""List the characters of a private use area that style sheets show, escaped or as they are.

    Examples
    --------
    >>> characters('a{content:"\\f185"} b{--icon:"\uf05a"}')
    [61530, 61829]
    """
    escaped = [int(code, 16) for code in re.findall(r'"\\([ef]\w{3})"', styles)]
    return sorted({*escaped, *map(ord, re.findall("[\ue000-\uf8ff]", styles))})


def write_font(unicodes, path):
    """Write a font with some of the solid icons."""
    font = TTFont(THEME / FONTS / "fa-solid-900.ttf")
    subsetter = Subsetter(Options(notdef_outline=True))
    subsetter.populate(unicodes=unicodes)
    subsetter.subset(font)
    font.flavor = "woff"
    font.save(path)
