"""First layers of published nets, and SqueezeNet's whole table, as data.

Read in the models of PyTorch's vision library (its AlexNet is the one of one column); `ShuffleNet
V2` is the one of width 1.
"""

from typing import NamedTuple


class Stem(NamedTuple):
    """A net's first convolutions: window, stride, padding, filters; and the pooling behind."""

    convs: tuple
    pool: tuple


STEMS = {
    "AlexNet": Stem(((11, 4, 2, 64),), (3, 2)),
    "VGG-16": Stem(((3, 1, 1, 64), (3, 1, 1, 64)), (2, 2)),
    "GoogLeNet": Stem(((7, 2, 3, 64),), (3, 2)),
    "ResNet": Stem(((7, 2, 3, 64),), (3, 2)),
    "DenseNet-121": Stem(((7, 2, 3, 64),), (3, 2)),
    "SqueezeNet 1.0": Stem(((7, 2, 0, 96),), (3, 2)),
    "SqueezeNet 1.1": Stem(((3, 2, 0, 64),), (3, 2)),
    "ShuffleNet V2": Stem(((3, 2, 1, 24),), (3, 2)),
}

# Fire modules as (squeeze, expand 1×1, expand 3×3); "pool" is 3×3, stride 2, rounded up.
FIRES = ((16, 64, 64), (16, 64, 64), (32, 128, 128), (32, 128, 128))
FIRES += ((48, 192, 192), (48, 192, 192), (64, 256, 256), (64, 256, 256))
SQUEEZENETS = {
    "SqueezeNet 1.0": ("pool", *FIRES[:3], "pool", *FIRES[3:7], "pool", FIRES[7]),
    "SqueezeNet 1.1": ("pool", *FIRES[:2], "pool", *FIRES[2:4], "pool", *FIRES[4:]),
}


def receptive_field(layers):
    """Follow how far a value sees, and how far apart neighbours look, through layers.

    Each layer of window k adds (k − 1) times the distance of its inputs, and its stride multiplies
    that distance.

    Parameters
    ----------
    layers : list of (int, int)
        Window and stride of each.

    Returns
    -------
    tuple of int
        Receptive field and jump behind the last layer, in pixels of the image.
    """
    size = jump = 1
    for window, stride in layers:
        size += (window - 1) * jump
        jump *= stride
    return size, jump


def squeezenet(name, side=224):
    """List SqueezeNet's convolutions as the arguments of `conv2d_cost`.

    Returns
    -------
    list of tuple
        `(in_channels, out_channels, kernel_size, input_size, stride, padding)`.
    """
    ((window, stride, padding, channels),) = STEMS[name].convs
    convs = [(3, channels, window, side, stride, padding)]
    side = (side + 2 * padding - window) // stride + 1
    for layer in SQUEEZENETS[name]:
        if layer == "pool":
            side = -(-(side - 3) // 2) + 1
            continue
        squeeze, expand1, expand3 = layer
        convs.append((channels, squeeze, 1, side, 1, 0))
        convs += [(squeeze, expand1, 1, side, 1, 0), (squeeze, expand3, 3, side, 1, 1)]
        channels = expand1 + expand3
    return [*convs, (channels, 1000, 1, side, 1, 0)]
