"""Cases for counting what separable convolutions cost, MobileNet's among them."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from autograder.cases import Case
from autograder.checks.draw import several

#: Two of MobileNet's layers: Howard et al. 2017, table 1; channels in and out, kernel, side.
MOBILENET = ((256, 256, 3, 28), (1024, 1024, 3, 7))


def separable_cost_cases(rng: np.random.Generator) -> Iterator[Case]:
    """Draw cases for `separable_cost`; kernels are odd."""
    def channels() -> tuple[int, ...]:
        return tuple((1 + rng.permutation(9)[:2]).tolist())

    for name in ("parameters", "macs"):
        for kernel in (1, 3, 5, 7):
            yield Case(name, (*channels(), kernel, several(rng, 4, 9)))
        for layer in MOBILENET:
            yield Case(name, layer)
    # A map smaller than the kernel: the padding makes room.
    yield Case("macs", (*channels(), 5, 2))
    high, wide = rng.permutation([1, 3, 5, 7])[:2].tolist()
    for kernel, size in (((high, wide), 6), (3, (high, wide + 1)), ((wide, high), (high, wide))):
        yield Case("rectangles", (*channels(), kernel, size))
