"""The claims that the course measures, and the experiment that decides each."""

import tomllib
from pathlib import Path
from typing import NamedTuple

from experiments.record import experiment, results


class Claim(NamedTuple):
    """A claim: its text, the page that it is from, the chapter and the experiment that test it."""

    text: str
    source: str
    chapter: str
    experiment: str


CLAIMS = {
    name: Claim(**entry)
    for name, entry in tomllib.loads(
        Path(__file__).with_name("claims.toml").read_text(encoding="utf-8")
    ).items()
}


def verdict(claim):
    """Judge a claim by the cached results of its experiment.

    Parameters
    ----------
    claim : str
        An id such as `"C01"`.

    Returns
    -------
    Verdict
    """
    name = CLAIMS[claim].experiment
    return experiment(name).verdicts(results(name)["rows"])[claim]
