"""GoogLeNet's blocks, and cases for counting what such blocks cost."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from autograder.cases import Case
from autograder.checks.draw import several

#: GoogLeNet's blocks: Szegedy et al. 2014, table 1; channels in, six widths, side of the map.
GOOGLENET = {
    "3a": (192, 64, 96, 128, 16, 32, 32, 28),
    "3b": (256, 128, 128, 192, 32, 96, 64, 28),
    "4a": (480, 192, 96, 208, 16, 48, 64, 14),
    "4b": (512, 160, 112, 224, 24, 64, 64, 14),
    "4c": (512, 128, 128, 256, 24, 64, 64, 14),
    "4d": (512, 112, 144, 288, 32, 64, 64, 14),
    "4e": (528, 256, 160, 320, 32, 128, 128, 14),
    "5a": (832, 256, 160, 320, 32, 128, 128, 7),
    "5b": (832, 384, 192, 384, 48, 128, 128, 7),
}


def inception_cost_cases(rng: np.random.Generator) -> Iterator[Case]:
    """Draw cases for `inception_cost`, and give all blocks of GoogLeNet."""
    def widths() -> tuple[int, ...]:
        return (several(rng, 2, 9), *(1 + rng.permutation(12)[:6]).tolist())

    for name in ("parameters", "macs"):
        for block in GOOGLENET.values():
            yield Case(name, block)
        yield Case(name, (*widths(), several(rng, 2, 9)))
        yield Case(name, (*widths(), several(rng, 2, 9)), {"reduced": True})
    for name in ("naive parameters", "naive macs"):
        for block in ("3a", "4e", "5b"):
            yield Case(name, GOOGLENET[block], {"reduced": False})
        yield Case(name, (*widths(), several(rng, 2, 9), False))
    high, wide = rng.permutation([3, 5, 7, 8])[:2].tolist()
    for size in ((high, wide), (wide, high), (1, wide)):
        yield Case("rectangles", (*widths(), size))
