"""Look up what experiments have measured."""

import numpy as np

from experiments.record import results
from experiments.spread import difference
from experiments.table import find


def row(experiment, **labels):
    """Return the one row of an experiment with these labels."""
    return find(results(experiment)["rows"], **labels)


def compare(experiment, column, first, second):
    """Compare a column of two rows, seed by seed."""
    return difference(row(experiment, **first)[column], row(experiment, **second)[column])


def share(experiment, column, first, second):
    """Return a row's mean as a share of another's."""
    part, whole = (np.mean(row(experiment, **labels)[column]) for labels in (first, second))
    return part / whole
