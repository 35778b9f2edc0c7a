"""Means with their spread over seeds, and when a difference is one."""

from statistics import mean, stdev
from typing import NamedTuple

#: Between spaces at which no line ends.
PLUS_MINUS = "\u00a0±\u00a0"


class Difference(NamedTuple):
    """Mean and sd, over seeds, of a difference taken seed by seed."""

    mean: float
    sd: float

    @property
    def clear(self):
        """Whether the difference is more than twice its sd; otherwise it is called a tie."""
        return abs(self.mean) > 2 * self.sd

    @property
    def above(self):
        """Whether the first is clearly larger."""
        return self.clear and self.mean > 0

    @property
    def below(self):
        """Whether the first is clearly smaller."""
        return self.clear and self.mean < 0

    def __str__(self):
        return f"{self.mean:+.1f}{PLUS_MINUS}{self.sd:.1f}".replace("-", "−")


def difference(first, second):
    """Compare two columns in pairs: both hold one value a seed, in the same order of seeds."""
    pairs = [a - b for a, b in zip(first, second, strict=True)]
    return Difference(mean(pairs), sd(pairs))


def sd(values):
    """Sample standard deviation; 0 for a single value."""
    return stdev(values) if len(values) > 1 else 0.0


def plus_minus(values, digits=1):
    """Write mean ± sd, as in `76.5 ± 0.3`."""
    return f"{mean(values):.{digits}f}{PLUS_MINUS}{sd(values):.{digits}f}".replace("-", "−")
