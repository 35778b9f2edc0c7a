"""A small FishNet: down, up and down again, with a way back for the gradient past all weights."""

import torch
from torch import nn

from autograder.layers import layers


class Refine(nn.Module):
    """Add two convolutions' result to a straight way without weights.

    Where channels get fewer, the straight way adds up groups of `before / after` neighbours.
    """

    def __init__(self, before, after):
        super().__init__()
        self.after = after
        self.branch = nn.Sequential(
            nn.BatchNorm2d(before),
            nn.ReLU(),
            nn.Conv2d(before, after, 3, padding=1, bias=False),
            nn.BatchNorm2d(after),
            nn.ReLU(),
            nn.Conv2d(after, after, 3, padding=1, bias=False),
        )

    def forward(self, x):
        """Map `(N, before, H, W)` to `(N, after, H, W)`."""
        straight = x.unflatten(1, (self.after, -1)).sum(2)
        return straight + self.branch(x)


class FishNet(nn.Module):
    """Map `(N, 3, H, W)` to `(N, classes)`, with H and W multiples of 4.

    Source: Sun et al. 2018, sections 3 and 4, at three sizes of map in place of their four and a
    fraction of the width. Channels are those of the concatenated maps.
    """

    def __init__(self, classes=10):
        super().__init__()
        shrink = layers("downsampling_torch").PoolShortcut
        self.stem = nn.Conv2d(3, 16, 3, padding=1)
        self.tail = nn.ModuleList([Refine(16, 16), Refine(32, 32), Refine(64, 64)])
        self.down = nn.ModuleList([shrink(16, 32, 2), shrink(32, 64, 2)])
        self.body = nn.ModuleList([Refine(64 + 32, 48), Refine(48 + 16, 32)])
        self.head = nn.ModuleList([Refine(32 + 48, 80), Refine(80 + 64, 144)])
        self.up, self.pool = nn.Upsample(scale_factor=2), nn.MaxPool2d(2)
        self.classifier = layers("gap_vs_fc_torch").GAPHead(144, classes)

    def forward(self, x):
        """Swim: every part but the first concatenates what an earlier one made of that size."""
        large = self.tail[0](self.stem(x))
        middle = self.tail[1](self.down[0](large))
        small = self.tail[2](self.down[1](middle))
        risen = self.body[0](torch.cat([self.up(small), middle], 1))
        top = self.body[1](torch.cat([self.up(risen), large], 1))
        fallen = self.head[0](torch.cat([self.pool(top), risen], 1))
        last = self.head[1](torch.cat([self.pool(fallen), small], 1))
        return self.classifier(last)
