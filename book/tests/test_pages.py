"""The pages: every claim has a section, a verdict and a place to land; every figure has words."""

import re
from pathlib import Path

import pytest
from matplotlib import pyplot as plt

from experiments.claims import CLAIMS, verdict
from experiments.record import names
from experiments.verdict import WORDS
from figures import boxes, grids, pooling_changes, pooling_costs

BOOK = Path(__file__).parents[1]
POOLING = "C01 C02 C04 C08 C09 C10 C11 C12 C25 C26 C27 C28 C29 C30".split()
FIGURES = [
    (grids, "two_by_two"),
    (grids, "uses"),
    (grids, "gradients"),
    (pooling_costs, "kept"),
    (pooling_costs, "cost"),
    (pooling_costs, "variants"),
    (pooling_costs, "linearity"),
    (pooling_costs, "overfitting"),
    (pooling_costs, "boureau"),
    (pooling_changes, "single_pixel"),
    (pooling_changes, "shift"),
    (pooling_changes, "turns_and_sizes"),
    (pooling_changes, "localisation"),
    (pooling_changes, "sizes"),
    (pooling_changes, "rebuilt"),
]


def test_the_pooling_chapter_has_its_fourteen_claims():
    assert [name for name, claim in CLAIMS.items() if claim.chapter == "pooling"] == POOLING


@pytest.mark.parametrize("name", CLAIMS)
def test_a_claim_has_a_verdict_with_a_number(name):
    found = verdict(name)
    assert found.verdict.startswith(WORDS)
    assert found.verdict in WORDS or re.match(r"holds if \w", found.verdict)
    assert re.search(r"\d", found.number)


@pytest.mark.parametrize("name", CLAIMS)
def test_a_claim_has_a_section_that_quotes_predicts_and_judges(name):
    chapter = (BOOK / f"{CLAIMS[name].chapter}.md").read_text(encoding="utf-8")
    section = re.split(r"\n(?=\(c\d\d\)=\n)", chapter)
    (mine,) = [part for part in section if part.startswith(f"({name.lower()})=\n#")]
    for part in (f'claim("{name}")', "{admonition} Predict", f'judged("{name}")'):
        assert part in mine
    assert f'measured("{CLAIMS[name].experiment}")' in chapter


def test_every_experiment_is_shown_in_a_chapter():
    chapters = {claim.chapter for claim in CLAIMS.values()}
    text = "".join((BOOK / f"{name}.md").read_text(encoding="utf-8") for name in chapters)
    assert [name for name in names() if f'measured("{name}")' not in text] == []


def test_the_ledger_has_a_row_and_a_link_for_every_claim():
    ledger = boxes.ledger().data
    for name, claim in CLAIMS.items():
        assert f"{{ref}}`{name} <{name.lower()}>`" in ledger and claim.text in ledger
        assert verdict(name).verdict in ledger
    assert f"{len(CLAIMS)} of 36 claims" in boxes.tally().data


@pytest.mark.parametrize(("module", "name"), FIGURES, ids=[name for _, name in FIGURES])
def test_a_figure_is_said_in_words_with_its_numbers(module, name):
    page = getattr(module, name)().data
    alt = re.search(r'alt="([^"]*)"', page).group(1)
    assert len(alt) > 60 and re.search(r"\d", alt) and "nan" not in alt
    assert plt.get_fignums() == []


def test_every_figure_is_used_and_every_used_one_is_tested():
    text = "".join(path.read_text(encoding="utf-8") for path in BOOK.glob("*.md"))
    for _, name in FIGURES:
        assert re.search(rf"\b{name}\(\)", text)
    used = set(re.findall(r"\b(?:grids|pooling_costs|pooling_changes)\.(\w+)\(\)", text))
    assert used <= {name for _, name in FIGURES}
