"""The NumPy references against PyTorch: CPU time, one thread, one process.

``python -m autograder.grading.bench_layers`` prints the table. The two sides of a row take turns
and the medians are compared, so that a slower spell of the machine meets both. PyTorch's backward
is timed alone, after a forward pass that kept what it needs; NumPy's has to find that again.
A convolution's ratio hangs on NumPy's BLAS, whose kernels the first line names: on a processor too
new for it OpenBLAS takes those of Haswell, half as fast as AVX-512 (OPENBLAS_CORETYPE sets others).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from itertools import chain
from statistics import median
from time import process_time

import numpy as np
import torch
import torch.nn.functional as F
from threadpoolctl import threadpool_info

from autograder.layers import layers

SHAPE = (32, 64, 56, 56)
POOLING = ((2, 2, 0), (3, 2, 1), (3, 1, 0), (3, 1, 1))  # kernel_size, stride, padding
CONVOLUTION = ((3, 1, 1), (3, 2, 1))
#: By pass: how many times PyTorch's time it may take.
LIMITS = {
    **{"max forward": 1.0, "max backward": 8.0, "avg forward": 1.0, "avg backward": 1.5},
    **{"conv forward": 1.5, "conv backward": 2.0, "1x1 forward": 1.1},
}

Shape = tuple[int, int, int, int]
Call = Callable[[], object]
#: A pass, its kernel/stride/padding, and both sides' calls on the same numbers.
Contest = tuple[str, tuple[int, int, int], Call, Call]


def bench(
    shape: Shape = SHAPE, runs: int = 15
) -> Iterator[tuple[str, tuple[int, int, int], float, float]]:
    """Yield (pass, geometry, NumPy's seconds, PyTorch's seconds), one row at a time.

    Parameters
    ----------
    shape
        (N, C, H, W) of the input, float32; convolutions keep the number of channels.
    runs
        How often each side runs, in turn; the seconds are medians of CPU time.
    """
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        for name, geometry, ours, theirs in chain(
            _pooling(shape), _convolution(shape), _one_by_one(shape)
        ):
            yield name, geometry, *_seconds(ours, theirs, runs)
    finally:
        torch.set_num_threads(threads)


def _normal(*shape: int) -> torch.Tensor:
    """Return the same float32 numbers at every call, with a gradient to ask for."""
    numbers = np.random.default_rng(0).standard_normal(shape, np.float32)
    return torch.from_numpy(numbers).requires_grad_()


def _plain(leaf: torch.Tensor) -> np.ndarray:
    return leaf.detach().numpy()


def _pooling(shape: Shape) -> Iterator[Contest]:
    pooling, leaf = layers("pooling_numpy"), _normal(*shape)
    x = _plain(leaf)
    for geometry in POOLING:
        for kind, known in (("max", x), ("avg", shape)):
            operator = getattr(F, f"{kind}_pool2d")
            forward = partial(getattr(pooling, f"{kind}_pool2d"), x, *geometry)
            yield f"{kind} forward", geometry, forward, partial(operator, leaf.detach(), *geometry)
            output = operator(leaf, *geometry)
            above = _normal(*output.shape)
            backward = getattr(pooling, f"{kind}_pool2d_backward")
            ours = partial(backward, _plain(above), known, *geometry)
            yield f"{kind} backward", geometry, ours, _backward(output, (leaf,), above)


def _convolution(shape: Shape) -> Iterator[Contest]:
    convolution, channels = layers("convolution_numpy"), shape[1]
    for size, *steps in CONVOLUTION:
        leaves = _normal(*shape), _normal(channels, channels, size, size), _normal(channels)
        x, weight, bias = map(_plain, leaves)
        forward = partial(convolution.conv2d, x, weight, bias, *steps)
        tensors = [leaf.detach() for leaf in leaves]
        yield "conv forward", (size, *steps), forward, partial(F.conv2d, *tensors, *steps)
        output = F.conv2d(*leaves, *steps)
        above = _normal(*output.shape)
        ours = partial(convolution.conv2d_backward, _plain(above), x, weight, *steps)
        yield "conv backward", (size, *steps), ours, _backward(output, leaves, above)


def _one_by_one(shape: Shape) -> Iterator[Contest]:
    channels = shape[1]
    leaves = _normal(*shape), _normal(channels, channels, 1, 1), _normal(channels)
    tensors = [leaf.detach() for leaf in leaves]
    x, weight, bias = map(_plain, leaves)
    forward = partial(layers("one_by_one_numpy").conv1x1, x, weight[:, :, 0, 0], bias)
    yield "1x1 forward", (1, 1, 0), forward, partial(F.conv2d, *tensors)


def _backward(output: torch.Tensor, leaves: tuple[torch.Tensor, ...], above: torch.Tensor) -> Call:
    return partial(torch.autograd.grad, output, leaves, above.detach(), retain_graph=True)


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
    libraries = [one for one in threadpool_info() if one["user_api"] == "blas"]
    kernels = ", ".join(one.get("architecture", "?") for one in libraries)
    print(f"float32 {SHAPE}, one thread, CPU time, median of interleaved runs, BLAS for {kernels}")
    print(
        f"{'pass':<14}{'kernel/stride/padding':>22}{'NumPy ms':>10}{'torch ms':>10}"
        f"{'ratio':>7}{'limit':>7}"
    )
    for name, geometry, ours, theirs in bench():
        setting = "/".join(map(str, geometry))
        print(
            f"{name:<14}{setting:>22}{ours * 1e3:>10.1f}{theirs * 1e3:>10.1f}"
            f"{ours / theirs:>7.2f}{LIMITS[name]:>7.1f}",
            flush=True,
        )


if __name__ == "__main__":
    main()
