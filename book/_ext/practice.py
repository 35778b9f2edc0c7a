"""The directive ``practice``: a chapter's exercises, their points, and the ways to open them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import NamedTuple

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from _ext.downloads import write_downloads
from autograder.grading.release import source_notebook
from autograder.paths import course_root, notebooks
from autograder.visible import find_exercise

#: Where the site keeps what can be downloaded, and JupyterLite if there is one.
DOWNLOADS, LITE = "downloads", "lite"
FRAMEWORKS = {"numpy": "NumPy", "torch": "PyTorch"}
#: Minutes that reading a task takes, and that a line of the reference answer stands for.
READING, A_LINE = 5, 1
#: What JupyterLite loads from the site, gzipped, until its first cell has run, and the seconds that
#: this took on two busy processors: measured by tests/browser/test_lite.py.
LITE_MEGABYTES, LITE_SECONDS = 12, 60

ELSEWHERE = """\
Minutes are our guess: {reading}, and {a_line} for each line of our answer. Nobody has been timed.

:::{{dropdown}} On your computer, or in Colab
In the course's folder this opens all exercises in JupyterLab:

```console
make learn
```

Without the course's folder, take {zip}: the chapter's notebooks and the package that checks them.
Its `README.txt` says what to type: two commands where there is Python 3.11, one line in Colab.
:::
"""

BROWSER = f"""\
“Open in the browser” starts JupyterLite: Python runs on your computer, inside the page, and nothing
is installed. The first time it loads {LITE_MEGABYTES} MB from this site, and NumPy from
`cdn.jsdelivr.net`; on two busy processors it took about {LITE_SECONDS} seconds until the first cell
had run. What you write stays in your browser: download the notebook to keep it.
"""


class Task(NamedTuple):
    """An exercise as a page shows it; `points` is empty where a person gives them."""

    name: str
    what: str
    points: dict[str, int]
    total: int
    minutes: int


def tasks(notebook: str, root: Path) -> list[Task]:
    """Return a notebook's exercises, in order, with points from the checks that grade them."""
    found, answer = [], ""
    for cell in source_notebook(notebook, root).cells:
        graded = cell.metadata.get("nbgrader", {})
        if graded.get("solution"):
            answer = cell.source
        if graded.get("grade"):
            name = graded["grade_id"].removeprefix("check_")
            by_hand = bool(graded["solution"])
            points = {} if by_hand else find_exercise(f"{notebook}.{name}").points
            what = "Answer in your own words." if by_hand else _first_line(answer)
            found.append(Task(name, what, points, int(graded["points"]), _minutes(answer)))
    return found


def _first_line(answer: str) -> str:
    """Return the first line of the docstring of what an answer defines last."""
    definitions = (ast.FunctionDef, ast.ClassDef)
    last = [node for node in ast.parse(answer).body if isinstance(node, definitions)][-1]
    return ast.get_docstring(last).splitlines()[0]


def _minutes(answer: str) -> int:
    """Return an estimate, in steps of five minutes, from the length of the reference answer."""
    inside = re.findall(r"### BEGIN SOLUTION\n(.*?)### END SOLUTION", answer, re.DOTALL)
    lines = sum(bool(line.strip()) for part in inside for line in part.splitlines())
    return 5 * round((READING + A_LINE * lines) / 5)


def practice(chapter: str, root: Path, site: Path, hub: str) -> str:
    """Return the Markdown of a chapter's practice block.

    Parameters
    ----------
    chapter
        The folder's name in ``solutions/``.
    root
        The course's folder.
    site
        The folder of the built site: it tells the sizes of downloads and whether there is a
        JupyterLite.
    hub
        Address of a notebook in a JupyterHub, with ``{path}`` in it; empty: there is none.
    """
    names = notebooks(chapter, root)
    parts = [_notebook(name, root, site, hub) for name in names]
    if any(_in_browser(name, site) for name in names):
        parts.append(BROWSER)
    address = f"{DOWNLOADS}/{chapter}.zip"
    size = (site / address).stat().st_size / 1000
    archive = _link(address, f"{chapter}.zip ({size:.0f} kB)")
    parts.append(ELSEWHERE.format(zip=archive, reading=READING, a_line=A_LINE))
    return "\n\n".join(parts)


def _notebook(notebook: str, root: Path, site: Path, hub: str) -> str:
    rows = tasks(notebook, root)
    framework = FRAMEWORKS[notebook.rpartition("_")[2]]
    return "\n".join([
        *(f"```{{index}} single: {row.name} (in {framework})\n```" for row in rows if row.points),
        f"\n**In {framework}:** {len(rows)} exercises, {sum(row.total for row in rows)} points, "
        f"about {_hours(rows)}.\n",
        *map(_item, rows),
        f"\n{' '.join(_buttons(notebook, site, hub))}",
    ])


def _item(task: Task) -> str:
    parts = ", ".join(f"{name} {points}" for name, points in task.points.items())
    return (f"- `{task.name}`: {task.what} About {task.minutes} minutes.\\\n"
            f"  {task.total} points: {parts or 'given by a person'}.")


def _hours(rows: list[Task]) -> str:
    halves = max(1, round(sum(row.minutes for row in rows) / 30))
    return "half an hour" if halves == 1 else f"{halves / 2:g} hour{'s' * (halves > 2)}"


def _buttons(notebook: str, site: Path, hub: str) -> Iterator[str]:
    file = f"{notebook}.ipynb"
    yield _link(f"{DOWNLOADS}/{file}", f"Download {file}", "download")
    if _in_browser(notebook, site):
        yield _link(f"{LITE}/lab/index.html?path={file}", "Open in the browser")
    if hub:
        path = f"exercises/{notebook.rpartition('_')[0]}/{file}"
        yield _link(hub.format(path=path), "Open in JupyterHub")


def _in_browser(notebook: str, site: Path) -> bool:
    return notebook.endswith("_numpy") and (site / LITE / "lab" / "index.html").is_file()


def _link(address: str, text: str, attribute: str = "") -> str:
    button = 'class="sd-btn sd-btn-outline-primary"'
    return f'<a {button} href="{escape(address)}" {attribute}>{text}</a>'


class Practice(SphinxDirective):
    """Show the exercises of the chapter that the argument names."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Return the block's nodes."""
        root, site = course_root(Path(self.env.srcdir)), Path(self.env.app.outdir)
        hub = self.config.practice_jupyterhub
        return self.parse_text_to_nodes(practice(self.arguments[0], root, site, hub))


def prepare(app: Sphinx) -> None:
    """Write the downloads into the site, so that pages can tell how large they are."""
    write_downloads(course_root(Path(app.srcdir)), Path(app.outdir) / DOWNLOADS)


def setup(app: Sphinx) -> dict[str, bool]:
    """Add the directive, and the address of a JupyterHub to the book's settings."""
    app.add_config_value("practice_jupyterhub", "", "env", str)
    app.add_directive("practice", Practice)
    app.connect("builder-inited", prepare)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
