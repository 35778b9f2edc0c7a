"""GoogLeNet, with its reduced blocks or with the naive ones that the paper starts from."""

from torch import nn

from autograder.layers import layers
from experiments.inception import GOOGLENET, block, width


def googlenet(form="reduced", classes=1000):
    """Build GoogLeNet: `(N, 3, H, W)` to `(N, classes)`.

    Source: Szegedy et al. 2015, table 1. Without the two auxiliary classifiers, local response
    normalisation and dropout.

    Parameters
    ----------
    form : {"reduced", "naive"}
        Figure 2(b) or 2(a) of the paper; a naive block hands its pooled input on in full.
    """
    net = [
        *(nn.Conv2d(3, 64, 7, stride=2, padding=3), nn.ReLU(), pool()),
        *(nn.Conv2d(64, 64, 1), nn.ReLU()),
        *(nn.Conv2d(64, 192, 3, padding=1), nn.ReLU(), pool()),
    ]
    channels = 192
    for name, (_, *widths, _) in GOOGLENET.items():
        if name in ("4a", "5a"):
            net.append(pool())
        net.append(block(form, (channels, *widths)))
        channels = width(form, (channels, *widths))
    return nn.Sequential(*net, layers("gap_vs_fc_torch").GAPHead(channels, classes))


def pool():
    """Return the max pooling that halves 112, 56, 28 and 14 pixels."""
    return nn.MaxPool2d(3, stride=2, padding=1)
