"""What any net is made of: its weights, its multiplications, and how far it sees."""

from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

from experiments.train import parameters

#: The first arguments of the functions that matter, in order.
CONVOLUTION = ("input", "weight", "bias", "stride")
POOLING = ("input", "kernel_size", "stride")
ARGUMENTS = {
    "conv1d": CONVOLUTION,
    "conv2d": CONVOLUTION,
    "max_pool2d": POOLING,
    "avg_pool2d": POOLING,
    "interpolate": ("input", "size", "scale_factor"),
    "linear": ("input", "weight"),
}


class Anatomy(NamedTuple):
    """Counts of a net.

    All `parameters` and those in fully connected layers (`dense`); multiply-accumulates of one
    input (`macs`, of them `dense_macs`); and how many pixels or words, on a side, a value behind
    the last window `sees`, the rest of the image being padding where that is more than the input.
    """

    parameters: int
    dense: int
    macs: int
    dense_macs: int
    sees: int


def anatomy(build, draw):
    """Count a net's parts, on the meta device: nothing is computed and no weight takes memory.

    Multiply-accumulates are counted as in `experiments.macs`. The receptive field follows the
    widest way through the net, as in `experiments.published`, up to the last convolution or
    pooling window; global averages and fully connected layers behind it see everything anyway.

    Parameters
    ----------
    build : callable
        Makes the net.
    draw : callable
        Makes the tuple of its arguments.

    Returns
    -------
    Anatomy
    """
    with torch.device("meta"):
        model, inputs = build().eval(), draw()
        with torch.no_grad(), Follow() as follow:
            model(*inputs)
    dense = sum(parameters(m) for m in model.modules() if isinstance(m, nn.Linear))
    return Anatomy(parameters(model), dense, follow.macs, follow.dense_macs, follow.sees)


class Follow(TorchFunctionMode):
    """Watch all functions that are called, and write on each tensor what it sees."""

    def __init__(self):
        super().__init__()
        self.macs = self.dense_macs = 0
        self.sees = 1

    def __torch_function__(self, function, types, args=(), kwargs=None):
        """Call the function; then count it."""
        result = function(*args, **(kwargs or {}))
        if not isinstance(result, Tensor):
            return result
        result.sight = _widest((args, kwargs))
        name = function.__name__.lstrip("_")
        if name in ARGUMENTS:
            given = dict(zip(ARGUMENTS[name], args, strict=False)) | (kwargs or {})
            self._count(name, given, result)
        return result

    def _count(self, name, given, result):
        size, jump = result.sight
        if "weight" in given:
            cost = result.numel() * given["weight"][0].numel()
            self.macs += cost
            self.dense_macs += cost if name == "linear" else 0
        if name == "interpolate":
            result.sight = size, jump / given["scale_factor"]
        elif name != "linear":
            window, stride = _window(given)
            result.sight = size + (window - 1) * jump, jump * stride
            self.sees = max(self.sees, int(result.sight[0]))


def _widest(values):
    """Receptive field and jump of the tensor, in nested arguments, that sees most."""
    if isinstance(values, Tensor):
        return getattr(values, "sight", (1, 1))
    if isinstance(values, dict):
        values = values.values()
    elif not isinstance(values, list | tuple):
        return (1, 1)
    return max(map(_widest, values), default=(1, 1))


def _window(given):
    """Height, or length, of a convolution's or a pooling's window, and its stride."""
    kernel_size = given["weight"].shape[2] if "weight" in given else given["kernel_size"]
    stride = given.get("stride") or (1 if "weight" in given else kernel_size)
    return _first(kernel_size), _first(stride)


def _first(value):
    return value[0] if isinstance(value, list | tuple) else value
