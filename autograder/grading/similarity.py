"""Pairs of submissions that share more code than chance explains: for a person to look at.

Code is compared as runs of tokens, as Moss does it (Schleimer, Wilkerson, Aiken 2003,
doi:10.1145/872757.872770), without choosing among the runs: notebooks are short. Names that a
learner chooses, comments, texts and layout do not count; attributes such as ``np.pad`` do. Runs
that are in the released notebooks or the course's solutions, or that many have, are left out.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import nbformat
from nbformat.notebooknode import NotebookNode
from pygments.lexers import PythonLexer
from pygments.token import Comment, Name, String, Text

from autograder.grading.intake import take_in
from autograder.grading.verdict import is_learners_code
from autograder.paths import exercise_path, notebooks, solution_path

#: Tokens in a run.
LENGTH = 15
#: A pair is told from this share of the shorter one's own runs, and this many runs, on.
SHARE, RUNS = 0.4, 30
#: What more submissions than this have, or than this share of them, is no sign of copying.
COMMON, COMMON_SHARE = 10, 0.05


@dataclass(frozen=True)
class Pair:
    """Two submissions that are alike.

    Attributes
    ----------
    students
        Who handed them in.
    notebook
        Which one.
    share
        The shared runs among the runs of the one that has fewer, without those left out.
    runs
        How many runs are shared.
    texts
        The learners' code.
    lines
        The lines, from 1, of each that shared runs touch.
    """

    students: tuple[str, str]
    notebook: str
    share: float
    runs: int
    texts: tuple[str, str]
    lines: tuple[frozenset[int], frozenset[int]]


def alike(chapter: str, students: list[str], submissions: Path, root: Path) -> list[Pair]:
    """Return the pairs of a chapter that are alike, those with the largest share first."""
    found = []
    for notebook in notebooks(chapter, root):
        released = nbformat.read(exercise_path(notebook, root), as_version=4)
        texts = {}
        for student in students:
            nb = take_in(submissions / student / chapter / f"{notebook}.ipynb", root)
            texts[student] = learners_code(nb, released)
        given = ["\n".join(cell.source for cell in released.cells if cell.cell_type == "code"),
                 solution_path(notebook, root).read_text(encoding="utf-8")]
        found += pairs(texts, given, notebook)
    return sorted(found, key=lambda pair: (-pair.share, pair.students))


def learners_code(nb: NotebookNode, released: NotebookNode) -> str:
    """Return what a learner wrote: the cells of code that were not released as they are."""
    given = {cell.source for cell in released.cells}
    return "\n\n".join(cell.source for cell in nb.cells
                       if is_learners_code(cell) and cell.source not in given)


def pairs(texts: dict[str, str], given: list[str], notebook: str) -> list[Pair]:
    """Return the pairs among texts that are alike.

    Parameters
    ----------
    texts
        Code by student.
    given
        Code that everybody has.
    """
    runs = {student: set(runs_of(text)) for student, text in texts.items()}
    limit = max(COMMON, COMMON_SHARE * sum(map(bool, runs.values())))
    having = Counter(run for own in runs.values() for run in own)
    left_out = {run for text in given for run in runs_of(text)}
    owners = defaultdict(list)
    for student, own in runs.items():
        own -= left_out
        for run in own:
            if 1 < having[run] <= limit:
                owners[run].append(student)
    sizes = {student: sum(having[run] <= limit for run in own) for student, own in runs.items()}
    shared = Counter(pair for students in owners.values() for pair in combinations(students, 2))
    found = []
    for pair, count in shared.items():
        share = count / min(sizes[student] for student in pair)
        if count >= RUNS and share >= SHARE:
            both = {run for run in runs[pair[0]] & runs[pair[1]] if having[run] <= limit}
            own = tuple(texts[student] for student in pair)
            found.append(Pair(pair, notebook, share, count, own,
                              tuple(_lines(text, both) for text in own)))
    return found


def _lines(text: str, runs: set[int]) -> frozenset[int]:
    return frozenset(line for run, lines in runs_of(text).items() if run in runs
                     for line in lines)


def runs_of(text: str) -> dict[int, set[int]]:
    """Return the runs of a text, as hashes, with the lines that each touches."""
    tokens = list(_tokens(text))
    found = defaultdict(set)
    for start in range(len(tokens) - LENGTH + 1):
        part = tokens[start:start + LENGTH]
        found[hash(tuple(word for word, _ in part))].update(line for _, line in part)
    return found


def _tokens(text: str) -> Iterator[tuple[str, int]]:
    """Yield the tokens that count, with their lines; also of code that is no Python."""
    line, before = 1, ""
    for _, kind, value in PythonLexer().get_tokens_unprocessed(text):
        if not any(kind in one for one in (Text, Comment, String.Doc)):
            chosen = kind in Name and kind not in Name.Builtin and before != "."
            word = "name" if chosen else "text" if kind in String else value
            if (word, before) != ("text", "text"):
                yield word, line
            before = word
        line += value.count("\n")
