"""Small tables of results: one row a case, one list a measured column with a value a seed."""

import logging
from typing import NamedTuple

log = logging.getLogger(__name__)


class Budget(NamedTuple):
    """How much an experiment may spend: images to train on and to test on, and epochs."""

    train: int
    test: int
    epochs: int


class Table(NamedTuple):
    """What `run` returns: the rows, and where the data came from."""

    rows: list
    data: str


def over_seeds(measure, seeds, labels):
    """Measure once a seed, and gather the seeds' values of each case in one row.

    Parameters
    ----------
    measure : callable
        `measure(seed)` returns a list of dicts, the same cases in the same order for every seed.
    seeds : sequence of int
    labels : sequence of str
        The columns that name a case; every other column becomes a list, a value a seed.

    Returns
    -------
    list of dict
    """
    by_seed = []
    for seed in seeds:
        log.info("seed %d", seed)
        by_seed.append(measure(seed))
    return [
        {
            column: first[column] if column in labels else [rounded(r[column]) for r in cases]
            for column in first
        }
        for cases in zip(*by_seed, strict=True)
        for first in cases[:1]
    ]


def rounded(value):
    """Six significant digits are more than any of these measurements deserves."""
    return float(f"{value:.6g}") if isinstance(value, float) else value


def find(rows, **labels):
    """Return the one row with these labels.

    Raises
    ------
    KeyError
        No row, or several, have them.
    """
    found = [row for row in rows if all(row.get(k) == v for k, v in labels.items())]
    if len(found) != 1:
        raise KeyError(f"find({labels}): expected one row, found {len(found)}")
    return found[0]
