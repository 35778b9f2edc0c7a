"""VGG-16: 3×3 convolutions and nothing else, until the fully connected layers."""

from torch import nn

from autograder.layers import layers


def vgg16(classes=1000):
    """Build VGG-16: `(N, 3, 224, 224)` to `(N, classes)`.

    Source: Simonyan and Zisserman 2015, table 1, column D.
    """
    head = layers("gap_vs_fc_torch").FlattenHead
    return nn.Sequential(
        *blocks(),
        head(512, 7, 4096, hidden=4096),
        nn.ReLU(),
        nn.Dropout(),
        nn.Linear(4096, classes),
    )


def blocks(last_pool=True):
    """List the five blocks of 13 convolutions: 3 channels to 512."""
    block = layers("kernel_size_torch").VGGBlock
    return [
        block(3, 64, depth=2),
        block(64, 128, depth=2),
        block(128, 256, depth=3),
        block(256, 512, depth=3),
        block(512, 512, depth=3, pool=last_pool),
    ]
