"""Layers that see a window of a given width in different ways, and the small net around one."""

from torch import nn

from autograder.layers import layers

DEPTHS = {"two 3×3": 2, "three 3×3": 3}
LINEAR = ", no ReLU between"


class Branches(nn.Module):
    """Add up a large and a small depthwise convolution of the same input (RepLKNet)."""

    def __init__(self, channels, large, small):
        super().__init__()
        self.large = depthwise(channels, large)
        self.small = depthwise(channels, small)

    def forward(self, x):
        """Map `(N, C, H, W)` to the same shape."""
        return self.large(x) + self.small(x)

    def merged(self):
        """Return the one convolution that computes the same."""
        return layers("kernel_size_torch").merge_branches(self.large, self.small)


def block(name, channels):
    """Build a block that keeps the shape `(N, channels, H, W)` and ends with a ReLU.

    Parameters
    ----------
    name : int or str
        A kernel size; `"two 3×3"` or `"three 3×3"`, with `", no ReLU between"` behind it or not;
        `"depthwise k"` or `"depthwise k + j"` (two branches), each with a 1×1 convolution behind.
    channels : int

    Returns
    -------
    nn.Module
    """
    if isinstance(name, int):
        return nn.Sequential(conv(channels, name), nn.ReLU())
    if name.startswith("depthwise "):
        large, *small = map(int, name.removeprefix("depthwise ").split(" + "))
        look = Branches(channels, large, *small) if small else depthwise(channels, large)
        return nn.Sequential(look, nn.Conv2d(channels, channels, 1), nn.ReLU())
    if name.endswith(LINEAR):
        depth = DEPTHS[name.removesuffix(LINEAR)]
        return nn.Sequential(*[conv(channels, 3) for _ in range(depth)], nn.ReLU())
    return layers("kernel_size_torch").VGGBlock(channels, channels, DEPTHS[name], pool=False)


def conv(channels, kernel_size):
    """Make a convolution that keeps size and channels."""
    return nn.Conv2d(channels, channels, kernel_size, padding=kernel_size // 2)


def depthwise(channels, kernel_size):
    """Make a convolution with one kernel a channel, which mixes nothing."""
    padding = kernel_size // 2
    return nn.Conv2d(channels, channels, kernel_size, padding=padding, groups=channels)


def net(middle, channels, stem=3, head="average"):
    """Put a strided first convolution before a block, and a linear classifier behind it.

    Parameters
    ----------
    middle : nn.Module
        The block; it works on 14×14.
    channels : int
    stem : int
        Kernel size of the first convolution.
    head : {"average", "flatten"}
        The classifier gets each channel's mean, or every value.

    Returns
    -------
    nn.Sequential
        `(N, 1, 28, 28)` to `(N, 10)`.
    """
    first = nn.Conv2d(1, channels, stem, stride=2, padding=stem // 2)
    pool = nn.AdaptiveAvgPool2d(1) if head == "average" else nn.Identity()
    values = channels if head == "average" else channels * 14**2
    return nn.Sequential(
        *(first, nn.BatchNorm2d(channels), nn.ReLU()),
        *(middle, nn.BatchNorm2d(channels)),
        *(pool, nn.Flatten(), nn.Linear(values, 10)),
    )
