"""All-CNN-C: a net that pools, with its pooling replaced."""

from torch import nn

from autograder.layers import layers


def all_cnn_c(classes=10):
    """Build All-CNN-C: `(N, 3, 32, 32)` to `(N, classes)`.

    Source: Springenberg et al. 2015, tables 1 and 2.
    """
    return layers("downsampling_torch").replace_pooling(model_c(classes))


def model_c(classes=10):
    """Build the net that it is made from, the paper's Model C."""
    return nn.Sequential(
        nn.Dropout(0.2),
        *conv(3, 96),
        *conv(96, 96),
        nn.MaxPool2d(3, stride=2, padding=1),
        nn.Dropout(),
        *conv(96, 192),
        *conv(192, 192),
        nn.MaxPool2d(3, stride=2, padding=1),
        nn.Dropout(),
        *conv(192, 192, padding=0),
        *conv(192, 192, 1, padding=0),
        *conv(192, classes, 1, padding=0),
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
    )


def conv(before, after, kernel_size=3, padding=1):
    """List a convolution and its ReLU."""
    return [nn.Conv2d(before, after, kernel_size, padding=padding), nn.ReLU()]
