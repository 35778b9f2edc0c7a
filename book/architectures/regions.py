"""Pooling that takes any size: SPP-net for whole images, Fast R-CNN for regions of them."""

import torch
from torch import nn

from architectures.alexnet import convolutions
from architectures.vgg import blocks
from autograder.layers import layers

STEP = 16  # pixels of the image from one value of VGG-16's last map to the next


def spp_net(levels=(1, 2, 3, 6), classes=1000):
    """Build SPP-net on AlexNet's convolutions: `(N, 3, H, W)` to `(N, classes)`.

    Source: He et al. 2014, section 3, where the backbones are others.
    """
    pooled = 256 * sum(level**2 for level in levels)
    return nn.Sequential(
        *convolutions(),
        layers("pooling_torch").SpatialPyramidPool(levels),
        *(nn.Linear(pooled, 4096), nn.ReLU(), nn.Dropout()),
        *(nn.Linear(4096, 4096), nn.ReLU(), nn.Dropout()),
        nn.Linear(4096, classes),
    )


class FastRCNN(nn.Module):
    """Score regions of an image, and say how to move their boxes.

    Source: Girshick 2015, section 2, with VGG-16. A region is pooled by a pyramid of one level.
    """

    def __init__(self, classes=20):
        super().__init__()
        self.backbone = nn.Sequential(*blocks(last_pool=False))
        self.pool = layers("pooling_torch").SpatialPyramidPool(levels=(7,))
        dense = layers("gap_vs_fc_torch").FlattenHead(512, 7, 4096, hidden=4096)
        self.hidden = nn.Sequential(dense, nn.ReLU(), nn.Dropout())
        self.scores = nn.Linear(4096, classes + 1)
        self.offsets = nn.Linear(4096, 4 * classes)

    def forward(self, x, boxes):
        """Map images `(N, 3, H, W)` and R boxes to `(R, classes + 1)` and `(R, 4 * classes)`.

        A box holds ints as in `roi_max_pool`: index of the image, y0, x0, y1, x1, here in pixels of
        the image; the region is all values of the map that the box touches.
        """
        maps = self.backbone(x)
        regions = [
            maps[i : i + 1, :, y0 // STEP : -(-y1 // STEP), x0 // STEP : -(-x1 // STEP)]
            for i, y0, x0, y1, x1 in boxes
        ]
        hidden = self.hidden(torch.cat([self.pool(region) for region in regions]))
        return self.scores(hidden), self.offsets(hidden)
