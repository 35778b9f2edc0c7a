"""The pages: every claim has a section, a verdict and a place to land; every figure has words."""

import re
from importlib import import_module
from inspect import isfunction
from pathlib import Path

import pytest
from matplotlib import pyplot as plt

from experiments.claims import CLAIMS, verdict
from experiments.record import names
from experiments.verdict import WORDS
from figures import boxes

BOOK = Path(__file__).parents[1]
PAGES = {path.stem: path.read_text(encoding="utf-8") for path in BOOK.glob("*.md")}
#: Modules that draw: all but what they share and what writes words.
WORDS_ONLY = re.compile("boxes|style|.*_words")
DRAWING = [
    path.stem
    for path in sorted((BOOK / "figures").glob("[a-z]*.py"))
    if not WORDS_ONLY.fullmatch(path.stem)
]
#: What pages show of them, as (module, function).
FIGURES = sorted(set(re.findall(rf"\b({'|'.join(DRAWING)})\.(\w+)\(\)", "".join(PAGES.values()))))


@pytest.mark.parametrize("name", CLAIMS)
def test_a_claim_has_a_verdict_with_a_number(name):
    found = verdict(name)
    assert found.verdict.startswith(WORDS)
    assert found.verdict in WORDS or re.match(r"holds if \w", found.verdict)
    assert re.search(r"\d", found.number)


@pytest.mark.parametrize("name", CLAIMS)
def test_a_claim_has_a_section_that_quotes_predicts_and_judges(name):
    chapter = PAGES[CLAIMS[name].chapter]
    section = re.split(r"\n(?=\(c\d\d\)=\n)", chapter)
    (mine,) = [part for part in section if part.startswith(f"({name.lower()})=\n#")]
    for part in (f'claim("{name}")', "{admonition} Predict", f'judged("{name}")'):
        assert part in mine
    assert f'measured("{CLAIMS[name].experiment}")' in chapter


def test_every_experiment_is_shown_in_a_chapter():
    text = "".join(PAGES.values())
    assert [name for name in names() if f'measured("{name}")' not in text] == []


def test_the_ledger_has_a_row_and_a_link_for_every_claim():
    ledger = boxes.ledger().data
    for name, claim in CLAIMS.items():
        assert f"{{ref}}`{name} <{name.lower()}>`" in ledger and claim.text in ledger
        assert verdict(name).verdict in ledger
    assert "36 of 36 claims" in boxes.tally().data


def test_the_ledger_links_to_pages_that_are_in_the_book():
    pages = re.findall(r"file: (\w+)", (BOOK / "_toc.yml").read_text(encoding="utf-8"))
    assert {claim.chapter for claim in CLAIMS.values()} <= set(pages)


@pytest.mark.parametrize(("module", "name"), FIGURES, ids=map(".".join, FIGURES))
def test_a_figure_is_said_in_words_with_its_numbers(module, name):
    page = getattr(import_module(f"figures.{module}"), name)().data
    alt = re.search(r'aria-label="([^"]*)"', page).group(1)
    assert len(alt) > 60 and re.search(r"\d", alt) and "nan" not in alt
    assert plt.get_fignums() == []


@pytest.mark.parametrize("module", DRAWING)
def test_every_figure_is_used(module):
    drawn = vars(import_module(f"figures.{module}")).items()
    public = {
        name
        for name, value in drawn
        if getattr(value, "__module__", "") == f"figures.{module}"
        and isfunction(value)
        and not name.startswith("_")
    }
    assert public == {name for owner, name in FIGURES if owner == module}
