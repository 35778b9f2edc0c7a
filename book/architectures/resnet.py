"""ResNet-18: a stem that strides, and shortcuts past every two convolutions."""

import torch.nn.functional as F
from torch import nn

from autograder.layers import layers


class BasicBlock(nn.Module):
    """Two 3×3 convolutions, to which a shortcut adds what came in.

    Parameters
    ----------
    before, after, stride : int
        Channels in and out, and stride of the first convolution.
    shortcut : type
        Used where the sizes change: `ProjectionShortcut` or `PoolShortcut`.
    """

    def __init__(self, before, after, stride, shortcut):
        super().__init__()
        self.residual = nn.Sequential(
            nn.Conv2d(before, after, 3, stride, padding=1, bias=False),
            nn.BatchNorm2d(after),
            nn.ReLU(),
            nn.Conv2d(after, after, 3, padding=1, bias=False),
            nn.BatchNorm2d(after),
        )
        fits = before == after and stride == 1
        self.shortcut = nn.Identity() if fits else shortcut(before, after, stride)

    def forward(self, x):
        """Map `(N, before, H, W)` to `(N, after, H', W')`."""
        return F.relu(self.residual(x) + self.shortcut(x))


def resnet18(shortcut=None, classes=1000):
    """Build ResNet-18: `(N, 3, H, W)` to `(N, classes)`.

    Source: He et al. 2016, table 1; the shortcut is the paper's option B unless another is given.
    """
    shortcut = shortcut or layers("downsampling_torch").ProjectionShortcut
    net, before = [*stem()], 64
    for after in (64, 128, 256, 512):
        net.append(BasicBlock(before, after, 1 if after == 64 else 2, shortcut))
        net.append(BasicBlock(after, after, 1, shortcut))
        before = after
    return nn.Sequential(*net, layers("gap_vs_fc_torch").GAPHead(512, classes))


def stem():
    """List the layers that make 56×56 of 224×224, DenseNet's too."""
    return [
        nn.Conv2d(3, 64, 7, stride=2, padding=3, bias=False),
        nn.BatchNorm2d(64),
        nn.ReLU(),
        nn.MaxPool2d(3, stride=2, padding=1),
    ]
