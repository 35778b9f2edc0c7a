"""The NumPy references against PyTorch: CPU time, one thread, one process.

``python -m autograder.grading.bench`` prints the table. The two sides of a row take turns and the
medians are compared, so that a slower spell of the machine meets both. PyTorch's backward is timed
alone, after a forward pass that kept where the maxima were; NumPy's has to find them again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from statistics import median
from time import process_time

import numpy as np
import torch
import torch.nn.functional as F

from autograder.layers import layers

SHAPE = (32, 64, 56, 56)
GEOMETRIES = ((2, 2, 0), (3, 2, 1), (3, 1, 0), (3, 1, 1))  # kernel_size, stride, padding
LIMITS = {"max forward": 1.0, "max backward": 8.0, "avg forward": 1.0, "avg backward": 1.5}

Call = Callable[[], object]


def bench(
    shape: tuple[int, int, int, int] = SHAPE, runs: int = 15
) -> Iterator[tuple[str, tuple[int, int, int], float, float]]:
    """Yield (pass, geometry, NumPy's seconds, PyTorch's seconds), one row at a time.

    Parameters
    ----------
    shape
        (N, C, H, W) of the input, float32.
    runs
        How often each side runs, in turn; the seconds are medians of CPU time.
    """
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        for geometry in GEOMETRIES:
            for name, ours, theirs in _contests(shape, geometry):
                yield name, geometry, *_seconds(ours, theirs, runs)
    finally:
        torch.set_num_threads(threads)


def _contests(shape, geometry) -> Iterator[tuple[str, Call, Call]]:
    """Yield each pass with both sides' calls, on the same numbers."""
    pooling = layers("pooling_numpy")
    rng = np.random.default_rng(0)
    x = rng.standard_normal(shape, np.float32)
    tensor = torch.from_numpy(x)
    leaf = tensor.clone().requires_grad_()
    for kind in ("max", "avg"):
        operator = getattr(F, f"{kind}_pool2d")
        output = operator(leaf, *geometry)
        upstream = torch.from_numpy(rng.standard_normal(output.shape, np.float32))
        forward = getattr(pooling, f"{kind}_pool2d")
        backward = getattr(pooling, f"{kind}_pool2d_backward")
        known = x if kind == "max" else shape  # what the backward pass is told of the input
        yield (
            f"{kind} forward",
            partial(forward, x, *geometry),
            partial(operator, tensor, *geometry),
        )
        yield (
            f"{kind} backward",
            partial(backward, upstream.numpy(), known, *geometry),
            partial(torch.autograd.grad, output, leaf, upstream, retain_graph=True),
        )


def _seconds(ours: Call, theirs: Call, runs: int) -> tuple[float, float]:
    """Return the median CPU time of either call, taking turns after one run to warm up."""
    times = [(_cpu_time(ours), _cpu_time(theirs)) for _ in range(runs + 1)][1:]
    return median(t for t, _ in times), median(t for _, t in times)


def _cpu_time(call: Call) -> float:
    start = process_time()
    call()
    return process_time() - start


def main() -> None:
    """Print the table."""
    print(f"float32 {SHAPE}, one thread, CPU time, median of interleaved runs")
    print(
        f"{'pass':<13}{'kernel/stride/padding':>22}{'NumPy ms':>10}{'torch ms':>10}"
        f"{'ratio':>7}{'limit':>7}"
    )
    for name, geometry, ours, theirs in bench():
        setting = "/".join(map(str, geometry))
        print(
            f"{name:<13}{setting:>22}{ours * 1e3:>10.1f}{theirs * 1e3:>10.1f}"
            f"{ours / theirs:>7.2f}{LIMITS[name]:>7.1f}",
            flush=True,
        )


if __name__ == "__main__":
    main()
