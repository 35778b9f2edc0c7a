"""The glossary and the references: every word in three languages, every source with a link."""

import re
from pathlib import Path

import pytest

BOOK = Path(__file__).parents[1]
TEXT = (BOOK / "glossary.md").read_text(encoding="utf-8")
ENTRIES = [
    (re.findall(r"^\S.*", block, re.MULTILINE)[0], block)
    for block in TEXT.partition("```{glossary}\n")[2].removesuffix("```\n").split("\n\n")
]
#: What only this course calls so.
OURS = ["tie"]
SOURCES = re.findall(r"@\w+\{(\w+),\n(.*?)\n\}", (BOOK / "references.bib").read_text(), re.DOTALL)
#: A chapter in a book of 1989 that is nowhere to be read.
NOT_ONLINE = ["lecun1989"]


def words(role, text):
    return re.findall(rf"\{{{role}\}}`([^`]+)`", text)


@pytest.mark.parametrize(("term", "text"), ENTRIES, ids=[term for term, _ in ENTRIES])
def test_a_term_has_words_in_chinese_and_german(term, text):
    found = [bool(words(role, text)) for role in ("hans", "hant", "de")]
    assert found == [term not in OURS] * 3


def test_the_entries_are_all_found_and_in_order():
    terms = [term.lower() for term, _ in ENTRIES]
    assert len(terms) > 40 and terms == sorted(terms)


@pytest.mark.parametrize(("role", "encoding"), [("hans", "gb2312"), ("hant", "big5")])
def test_chinese_is_written_as_its_readers_write_it(role, encoding):
    for word in words(role, TEXT):
        assert word.encode(encoding)


@pytest.mark.parametrize(("key", "fields"), SOURCES, ids=[key for key, _ in SOURCES])
def test_a_source_has_a_link(key, fields):
    assert bool(re.search(r"^  (doi|eprint|url) = ", fields, re.MULTILINE)) == (
        key not in NOT_ONLINE)
