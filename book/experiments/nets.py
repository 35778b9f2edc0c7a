"""The small nets that the experiments compare: equal but for how they shrink the image."""

import torch
from torch import nn

from autograder.layers import layers


def shrink(kind, channels):
    """Return the layer that halves a feature map of `(N, channels, H, W)`.

    Parameters
    ----------
    kind : str or callable
        `"max"` and `"average"` are 2×2 windows with stride 2; `"max 3/2"` and `"average 3/2"` are
        3×3 windows with stride 2, padded by 1, so that they overlap; `"none"` and `"stride"` leave
        the map as it is (a strided convolution has halved it before). A callable makes the layer
        from the number of channels.
    """
    if callable(kind):
        return kind(channels)
    plain = {
        "none": nn.Identity,
        "stride": nn.Identity,
        "max": lambda: nn.MaxPool2d(2),
        "average": lambda: nn.AvgPool2d(2),
        "max 3/2": lambda: nn.MaxPool2d(3, stride=2, padding=1),
        "average 3/2": lambda: nn.AvgPool2d(3, stride=2, padding=1),
    }
    return plain[kind]()


def blurred_max(channels):
    """Anti-aliased max pooling (Zhang 2019): 2×2 maximum with stride 1, then blur with stride 2."""
    blur = layers("pooling_torch").BlurPool2d(channels, stride=2)
    return nn.Sequential(nn.MaxPool2d(2, stride=1), blur)


def trunk(kind, widths=(8, 16, 32), activation=nn.ReLU):
    """Stack 3×3 convolution, batch norm, activation and shrinking layer, once for each width.

    Returns
    -------
    nn.Sequential
        `(N, 1, H, W)` to `(N, widths[-1], H', W')`.
    """
    blocks = []
    for before, after in zip((1, *widths), widths, strict=False):
        stride = 2 if kind == "stride" else 1
        blocks += [
            nn.Conv2d(before, after, 3, stride=stride, padding=1),
            nn.BatchNorm2d(after),
            activation(),
            shrink(kind, after),
        ]
    return nn.Sequential(*blocks)


def classifier(kind, side, *, head="flatten", **options):
    """Put a linear classifier of ten classes behind a trunk.

    Parameters
    ----------
    kind : str or callable
        How the trunk shrinks the map, see `shrink`.
    side : int
        Height and width of the input, in pixels.
    head : {"flatten", "gap"}
        All values of the last map go into the linear layer, or only each channel's mean.
    """
    features = trunk(kind, **options)
    pool = nn.AdaptiveAvgPool2d(1) if head == "gap" else nn.Identity()
    body = nn.Sequential(features, pool, nn.Flatten())
    return nn.Sequential(body, nn.Linear(feature_count(body, side), 10))


def feature_count(module, side):
    """Values that a module makes of one image of `side` × `side` pixels."""
    return module.eval()(torch.zeros(1, 1, side, side)).numel()
