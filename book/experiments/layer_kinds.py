"""The same small net from convolutional, locally connected or fully connected layers.

All three kinds hand on maps of equal size, so the nets differ only in which inputs an output sees
and in which outputs share their weights.
"""

from torch import nn

from autograder.layers import layers

KINDS = ("convolution", "locally connected", "fully connected")
KERNELS, KERNEL_SIZES, STRIDE = (16, 32), (5, 3), 2


def net(kind, input_size, tail="flatten", kernels=KERNELS):
    """Build two layers of a kind, each with ReLU, and a linear classifier of ten classes.

    Parameters
    ----------
    kind : str
        One of `KINDS`, or `"none"` for the linear classifier alone.
    input_size : tuple
        `(H, W)`.
    tail : {"flatten", "maximum"}
        What the classifier gets: all values of the last map, or each channel's maximum.
    kernels : tuple
        Channels behind the first and the second layer.
    """
    modules, before = [], 1
    for after, kernel_size in zip(kernels, KERNEL_SIZES, strict=True) if kind != "none" else ():
        modules += [layer(kind, before, after, input_size, kernel_size), nn.ReLU()]
        before, input_size = after, output_sides(input_size, kernel_size)
    pool = nn.AdaptiveMaxPool2d(1) if tail == "maximum" else nn.Identity()
    values = before if tail == "maximum" else before * input_size[0] * input_size[1]
    return nn.Sequential(*modules, pool, nn.Flatten(), nn.Linear(values, 10))


def layer(kind, before, after, input_size, kernel_size):
    """Build a layer of `(N, before, H, W)` to `(N, after, H', W')`, with stride 2 and biases."""
    if kind == "convolution":
        return nn.Conv2d(before, after, kernel_size, STRIDE)
    if kind == "locally connected":
        local = layers("convolution_torch").LocallyConnected2d
        return local(before, after, input_size, kernel_size, STRIDE)
    sides = output_sides(input_size, kernel_size)
    inputs, outputs = before * input_size[0] * input_size[1], after * sides[0] * sides[1]
    linear = nn.Linear(inputs, outputs)
    return nn.Sequential(nn.Flatten(), linear, nn.Unflatten(1, (after, *sides)))


def output_sides(input_size, kernel_size):
    """Return `(H', W')` of a layer with stride 2 and no padding."""
    output_size = layers("convolution_numpy").output_size
    return tuple(output_size(side, kernel_size, STRIDE) for side in input_size)
