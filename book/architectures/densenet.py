"""DenseNet-121: every layer reads all that the layers before it made."""

import torch
from torch import nn

from architectures.resnet import stem
from autograder.layers import layers

GROWTH = 32


class DenseLayer(nn.Module):
    """Add `GROWTH` channels to those that came in: a 1×1 convolution, then a 3×3 one."""

    def __init__(self, channels):
        super().__init__()
        self.new = nn.Sequential(
            *normed(channels),
            nn.Conv2d(channels, 4 * GROWTH, 1, bias=False),
            *normed(4 * GROWTH),
            nn.Conv2d(4 * GROWTH, GROWTH, 3, padding=1, bias=False),
        )

    def forward(self, x):
        """Map `(N, channels, H, W)` to `(N, channels + GROWTH, H, W)`."""
        return torch.cat([x, self.new(x)], 1)


def densenet121(classes=1000):
    """Build DenseNet-121: `(N, 3, H, W)` to `(N, classes)`.

    Source: Huang et al. 2017, table 1.
    """
    net, channels = [*stem()], 64
    for depth in (6, 12, 24, 16):
        if depth != 6:
            net += transition(channels)
            channels //= 2
        net += [DenseLayer(channels + i * GROWTH) for i in range(depth)]
        channels += depth * GROWTH
    head = layers("gap_vs_fc_torch").GAPHead
    return nn.Sequential(*net, *normed(channels), head(channels, classes))


def transition(channels):
    """List what stands between two blocks: half the channels, then an average of 2×2."""
    conv = nn.Conv2d(channels, channels // 2, 1, bias=False)
    return [*normed(channels), conv, nn.AvgPool2d(2)]


def normed(channels):
    """List batch norm and ReLU, which come before a convolution here."""
    return [nn.BatchNorm2d(channels), nn.ReLU()]
