"""The verdict on a claim: a word, and the number that decided it."""

from typing import NamedTuple

WORDS = ("holds", "holds if", "fails", "not reproduced here")


class Verdict(NamedTuple):
    """One of `WORDS` (`holds if` goes on with its condition), and the number with its spread."""

    verdict: str
    number: str
