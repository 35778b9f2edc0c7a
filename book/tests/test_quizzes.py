"""Questions in the page: how they are written, and that every chapter asks where it should."""

import ast
import re
from pathlib import Path

import pytest
from docutils.core import publish_doctree
from docutils.parsers.rst import directives

from _ext.quizzes import Quiz
from experiments.claims import CLAIMS

BOOK = Path(__file__).parents[1]
CHAPTERS = {
    name: (BOOK / f"{name}.md").read_text(encoding="utf-8")
    for name in dict.fromkeys(claim.chapter for claim in CLAIMS.values())
}
#: Sections that measure nothing themselves.
FRAMES = ("What people say", "How the measurements", "The verdict", "All verdicts", "Your turn")
BLOCK = re.compile(r"^:::\{quiz\} (\S+)\n(.*?)^:::$", re.DOTALL | re.MULTILINE)
OPTION = re.compile(r"^- \[([ x])\] (.+?)\n\n((?:  .+\n)+)", re.MULTILINE)
QUIZZES = [
    (page, name, OPTION.findall(text))
    for page, source in CHAPTERS.items()
    for name, text in BLOCK.findall(source)
]


def written(text):
    """Parse one quiz as reStructuredText; the directive is the same in Markdown."""
    directives.register_directive("quiz", Quiz)
    settings = {"report_level": 5, "halt_level": 5, "raw_enabled": True}
    return publish_doctree(text, settings_overrides=settings)


def quiz(*options, question="Is it so?"):
    """Write a quiz with these options."""
    lines = [question, "", *(f"- {option}\n\n     Why.\n" for option in options)]
    return ".. quiz:: name\n\n" + "\n".join(f"   {line}" for line in lines)


@pytest.mark.parametrize("page", CHAPTERS)
def test_every_section_that_measures_asks_something(page):
    sections = re.split(r"^## ", CHAPTERS[page], flags=re.MULTILINE)[1:]
    silent = [
        section.splitlines()[0]
        for section in sections
        if not section.startswith(FRAMES) and not BLOCK.search(section)
    ]
    assert silent == []


def test_names_are_given_once():
    names = [name for _, name, _ in QUIZZES]
    assert len(set(names)) == len(names) > 40


@pytest.mark.parametrize(("page", "name", "options"), QUIZZES, ids=[q[1] for q in QUIZZES])
def test_a_quiz_has_three_options_one_right_and_a_why_for_each(page, name, options):
    source = dict(BLOCK.findall(CHAPTERS[page]))[name]
    assert source.count("\n- [") == len(options) == 3
    assert [mark for mark, _, _ in options].count("x") == 1
    assert all(len(why.split()) >= 3 for _, _, why in options)


@pytest.mark.parametrize("page", CHAPTERS)
def test_every_right_answer_is_put_to_the_test(page):
    """By a test of the quiz's name, whose docstring is the right option."""
    path = BOOK / "tests" / "quiz_answers" / f"test_{page}.py"
    tests = {
        node.name: ast.get_docstring(node)
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    }
    right = {
        f"test_{name.replace('-', '_')}": text
        for where, name, options in QUIZZES
        for mark, text, _ in options
        if where == page and mark == "x"
    }
    assert tests == right


def test_right_answers_are_not_always_in_the_same_place():
    places = [[mark for mark, _, _ in options].index("x") for _, _, options in QUIZZES]
    assert all(places.count(place) >= len(places) / 5 for place in range(3))


def test_options_open_to_their_verdict_and_reason():
    page = written(quiz("[ ] One", "[x] Two")).pformat()
    assert '<details class="wrong" name="quiz-name"><summary>' in page
    assert '<details class="right" name="quiz-name"><summary>' in page
    assert page.index("One") < page.index("No.") < page.index("Two") < page.index("Right.")
    assert "[x]" not in page and "[ ]" not in page


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (quiz("[ ] One", "[ ] Two"), "quiz name: expected one option with [x], got 0"),
        (quiz("[x] One", "[x] Two"), "quiz name: expected one option with [x], got 2"),
        (quiz("One", "[x] Two"), "quiz name: expected '[ ] option' and a why, got 'One'"),
        (".. quiz:: name\n\n   What?\n\n   - [x] One", "expected '[ ] option' and a why"),
        (".. quiz:: name\n\n   What?", "quiz name: expected a question, then a list of options"),
        (".. quiz:: name\n\n   - [x] One", "quiz name: expected a question, then a list"),
    ],
)
def test_a_quiz_that_is_not_one_says_what_is_missing(text, message):
    assert message in written(text).astext()
