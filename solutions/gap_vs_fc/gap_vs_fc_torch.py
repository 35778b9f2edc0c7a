# %% [markdown]
# # Global average pooling against fully connected layers in PyTorch
#
# After this notebook you can
#
# - turn fully connected layers into convolutions, and a classifier for one image size into one that
#   gives a map of scores for larger images;
# - build the two heads that networks end in, flatten and global average pooling;
# - draw, over the image, where a network with global average pooling finds its evidence.
#
# **How checking works.** Fill in a cell, run it, then run the cell under it. That one tries your
# code on small examples at once and names the property that fails. When the notebook is graded,
# random hidden cases test the properties that the task lists, and no others. Every exercise is
# worth 10 points, given per property: a head that is right but for its dropout keeps most of them.
# Leave out what you like and take any order, since no exercise needs another's solution.
#
# **Rules.** PyTorch and Python's own modules only (and matplotlib, to look at something). Names and
# arguments stay as they are. `GAPHead` may not call a pooling operator (`nn.AdaptiveAvgPool2d`,
# `F.avg_pool2d`, ...), directly or not; otherwise all of PyTorch is allowed.

# %%
import torch
import torch.nn.functional as F
from torch import nn

# %% [markdown]
# ## What holds for every exercise
#
# - A tensor is `(N, C, H, W)`: images, channels, rows, columns. `N` and `C` may be 1, `H` and `W`
#   odd or different. Its dtype is `float32` or `float64`, its values are finite and may be
#   negative. It may be a non-contiguous view. Never modify an input.
# - The result has the input's dtype and is on the input's device (CPU or CUDA); a module has been
#   moved there before it is called.
# - Gradients flow through your modules to inputs and parameters: in `float64`,
#   `torch.autograd.gradcheck` passes.
# - `input_size` and `feature_size` are an int (a square) or a pair `(h, w)`.
# - Fully connected layers have a bias, and a head has no layers beside those that are named. How
#   you build a module is up to you, and so are the names of its parts, where the task gives none.
# - A task ends with what is checked. *Rectangles* are maps with `H` and `W` different; *batch* is
#   `N` and `C`, 1 or more; *parameters* counts them, biases included; *gradient* looks at the
#   backward pass; *dtype* is dtype and device; *input*: a view is as good as a plain tensor, and
#   nothing was modified.
#
# The next cell is given: `pair` turns an int into a pair.

# %%
def pair(value):
    """Return an int, or a pair (h, w), as a pair of ints."""
    h, w = value if isinstance(value, (tuple, list)) else (value, value)
    return int(h), int(w)

# %% [markdown]
# ## linear_to_conv2d
#
# A fully connected layer behind a flattened map has one weight for each channel and place:
# $y_o = b_o + \sum_k w_{o,k}\, x_k$ with $x$ flattened from `(C, H, W)`. A convolution whose kernel
# is as large as the map, $H \times W$, fits at one position only, and computes the same sum there:
#
# $$\mathrm{conv}(x)_{n,o,0,0} = \mathrm{linear}(\mathrm{flatten}(x))_{n,o}$$
#
# On a larger map the kernel fits at several positions: a score for each (*larger maps*).
#
# Return an `nn.Conv2d` from `channels` channels with kernel `(height, width)`, stride 1 and no
# padding. It has a copy of the weights (*copy*): whoever changes the convolution later must not
# change `linear`, and `linear` stays as it was. Keep its dtype and device. `linear` may have been
# built with `bias=False`; then the convolution has no bias either. `linear` has
# `channels * height * width` inputs.
#
# **By hand.** `linear` has the weight `[[1, 2, 3, 4]]`: one output, and four inputs, flattened from
# one channel of 2×2. The kernel is `[[1, 2], [3, 4]]`, in a weight of shape `(1, 1, 2, 2)`.
#
# **Checked:** values, bias, rectangles, larger maps, layer, copy, gradient, dtype.

# %%
def linear_to_conv2d(linear, channels, height, width):
    """Return a convolution that does to a map what a linear layer does to the flattened map.

    Parameters
    ----------
    linear : nn.Linear
        (channels * height * width inputs, O outputs), with or without bias.
    channels, height, width : int
        The shape of a map, flattened in this order.

    Returns
    -------
    nn.Conv2d
        From `channels` to O channels, kernel (height, width), its own copy of the weights, in the
        dtype and on the device of `linear`: for x of shape (N, channels, height, width),
        conv(x).flatten(1) equals linear(x.flatten(1)).

    Notes
    -----
    Long et al. 2015, "Fully convolutional networks for semantic segmentation", section 3.1.

    Examples
    --------
    >>> linear, x = nn.Linear(24, 5), torch.ones(2, 2, 3, 4)
    >>> conv = linear_to_conv2d(linear, 2, 3, 4)
    >>> torch.allclose(conv(x).flatten(1), linear(x.flatten(1)), atol=1e-6)
    True
    """
    ### BEGIN SOLUTION
    conv = nn.Conv2d(
        channels,
        linear.out_features,
        (height, width),
        bias=linear.bias is not None,
        device=linear.weight.device,
        dtype=linear.weight.dtype,
    )
    with torch.no_grad():
        conv.weight.copy_(linear.weight.view(-1, channels, height, width))
        if linear.bias is not None:
            conv.bias.copy_(linear.bias)
    return conv
    ### END SOLUTION

# %% [markdown]
# ## fully_convolutional
#
# A classifier with fully connected layers takes images of one size only: the size at which
# `features` gives maps of `feature_size`. Turn every fully connected layer into a convolution, and
# the same weights also take larger images. The first `nn.Linear` becomes a convolution with kernel
# `feature_size`, each later one a 1×1 convolution:
#
# ```
# features                           features
# (flatten)                   ->
# Linear(C * h * w, 64)              Conv2d(C, 64, (h, w))
# ReLU()                             ReLU()
# Dropout()                          Dropout()
# Linear(64, classes)                Conv2d(64, classes, 1)
# ```
#
# `classifier` is an `nn.Sequential` of `nn.Linear`, `nn.ReLU` and `nn.Dropout`, in any order and
# number. Return an `nn.Sequential` that ends in scores `(N, classes, h', w')` (*score map*): 1×1 at
# the training size, where they equal `classifier(features(x).flatten(1))`, and more on larger
# images. ReLU and dropout are kept where they are; dropout still drops in train mode and does
# nothing in eval mode. The result may hold `features` itself; `classifier` stays as it was.
#
# Write all of it in the cell: it may not rely on your `linear_to_conv2d`.
#
# **By hand.** `features` is `nn.Identity()`, and `classifier` has one `nn.Linear(4, 1)` of weight
# `[[1, 2, 3, 4]]` and bias 0. With `feature_size=2` the image `[[1, 0, 0], [0, 0, 1]]` has the two
# windows `[[1, 0], [0, 0]]` and `[[0, 0], [0, 1]]`, so the scores are `[[1, 4]]`.
#
# **Checked:** values, score map, rectangles, relu, dropout, sequential, gradient, dtype, input.

# %%
def fully_convolutional(features, classifier, feature_size):
    """Return a network of convolutions that gives a map of a classifier's scores.

    Parameters
    ----------
    features : nn.Module
        Maps images to feature maps (N, C, h, w).
    classifier : nn.Sequential
        Of ``nn.Linear``, ``nn.ReLU`` and ``nn.Dropout``; maps flattened feature maps to scores.
    feature_size : int or (int, int)
        Height and width of the feature maps that `classifier` was made for.

    Returns
    -------
    nn.Sequential
        Maps images to scores (N, classes, h', w'), one for each position of a window of
        `feature_size` on the feature maps: h' = h - feature_size + 1, and w' likewise.

    Notes
    -----
    Sermanet et al. 2014, "OverFeat", section 3.5; Long et al. 2015, "Fully convolutional networks
    for semantic segmentation", section 3.1.

    Examples
    --------
    >>> classifier = nn.Sequential(nn.Linear(8 * 3 * 3, 16), nn.ReLU(), nn.Linear(16, 10))
    >>> net = fully_convolutional(nn.Conv2d(1, 8, 3), classifier, 3)
    >>> net(torch.ones(1, 1, 5, 5)).shape, net(torch.ones(1, 1, 8, 9)).shape
    (torch.Size([1, 10, 1, 1]), torch.Size([1, 10, 4, 5]))
    """
    ### BEGIN SOLUTION
    layers, (h, w) = [features], pair(feature_size)
    for layer in classifier:
        if isinstance(layer, nn.Linear):
            bias = layer.bias is not None
            conv = nn.Conv2d(layer.in_features // (h * w), layer.out_features, (h, w), bias=bias)
            conv.weight = nn.Parameter(layer.weight.detach().clone().view_as(conv.weight))
            if bias:
                conv.bias = nn.Parameter(layer.bias.detach().clone())
            # From here on a map has the size of one pixel for each window.
            layer, h, w = conv, 1, 1
        layers.append(layer)
    return nn.Sequential(*layers)
    ### END SOLUTION

# %% [markdown]
# ## GAPHead
#
# The head of GoogLeNet and ResNet: the mean of each channel, then one fully connected layer.
#
# $$z_{n,c} = \frac{1}{HW} \sum_{i,j} x_{n,c,i,j}, \qquad y_{n,k} = b_k + \sum_c w_{k,c}\, z_{n,c}$$
#
# `(N, channels, H, W)` becomes `(N, classes)`, for any $H \times W$ (*any size*). The layer with
# $w$ and $b$ is the submodule `classifier`; there are no parameters beside its own.
#
# **By hand.** `GAPHead(1, 2)` with $w = [[10], [20]]$ and $b = (1, 2)$ on the map
# `[[1, 2], [3, 6]]`: the mean is 3, the scores are 31 and 62.
#
# **Not allowed:** any pooling operator.
#
# **Checked:** values, any size, batch, classifier, parameters, gradient, dtype, input.

# %%
class GAPHead(nn.Module):
    """Global average pooling, then one fully connected layer.

    Maps (N, channels, H, W), for any H and W, to scores (N, classes), in the dtype and on the
    device of `x`.

    Parameters
    ----------
    channels, classes : int
        Inputs and outputs of the submodule `classifier`, which has a bias.

    Notes
    -----
    Lin et al. 2013, "Network in network", section 3.2; with a fully connected layer behind it:
    Szegedy et al. 2014, "Going deeper with convolutions", section 5.

    Examples
    --------
    >>> head = GAPHead(8, 10)
    >>> head(torch.ones(2, 8, 7, 7)).shape, head(torch.ones(1, 8, 3, 5)).shape
    (torch.Size([2, 10]), torch.Size([1, 10]))
    """

    def __init__(self, channels, classes):
        super().__init__()
        ### BEGIN SOLUTION
        self.classifier = nn.Linear(channels, classes)
        ### END SOLUTION

    def forward(self, x):
        """Map (N, channels, H, W) to (N, classes)."""
        ### BEGIN SOLUTION
        return self.classifier(x.mean(dim=(2, 3)))
        ### END SOLUTION

# %% [markdown]
# ## FlattenHead
#
# The head of AlexNet and VGG, with one hidden layer:
#
# ```
#  flatten  ->  fully connected, to hidden  ->  ReLU  ->  dropout  ->  fully connected, to classes
# ```
#
# The maps are `(N, channels, h, w)` with `input_size` for `(h, w)`, and are flattened in this
# order, as `flatten(1)` does. Dropout, with PyTorch's default probability, drops hidden units in
# train mode and does nothing in eval mode. Both layers have a bias.
#
# **By hand.** `FlattenHead(2, 3, 5, hidden=4)` has $18 \cdot 4 + 4$ parameters in the first layer
# and $4 \cdot 5 + 5$ in the second, together 101. For the default of 4096 hidden units it is
# $18 \cdot 4096 + 4096 + 4096 \cdot 5 + 5 = 98{,}309$.
#
# **Checked:** values, relu, rectangles, batch, dropout, parameters, gradient, dtype, input.

# %%
class FlattenHead(nn.Module):
    """Two fully connected layers on the flattened maps, with ReLU and dropout between.

    Maps (N, channels, h, w) to scores (N, classes), in the dtype and on the device of `x`.

    Parameters
    ----------
    channels : int
    input_size : int or (int, int)
        Height h and width w of the maps.
    classes : int
    hidden : int
        Outputs of the first layer.

    Notes
    -----
    Krizhevsky et al. 2012, "ImageNet classification with deep convolutional neural networks",
    sections 3.5 and 4.2, with one hidden layer in place of two.

    Examples
    --------
    >>> head = FlattenHead(2, 3, 5, hidden=4)
    >>> head(torch.ones(1, 2, 3, 3)).shape, sum(p.numel() for p in head.parameters())
    (torch.Size([1, 5]), 101)
    """

    def __init__(self, channels, input_size, classes, hidden=4096):
        super().__init__()
        ### BEGIN SOLUTION
        h, w = pair(input_size)
        self.layers = nn.Sequential(
            nn.Flatten(),
            nn.Linear(channels * h * w, hidden),
            nn.ReLU(),
            nn.Dropout(),
            nn.Linear(hidden, classes),
        )
        ### END SOLUTION

    def forward(self, x):
        """Map (N, channels, h, w) to (N, classes)."""
        ### BEGIN SOLUTION
        return self.layers(x)
        ### END SOLUTION

# %% [markdown]
# ## class_activation_map
#
# Where in the image is the evidence for a class? `features` maps images `(N, C0, H, W)` to feature
# maps $f$, mostly smaller ones, and `head` averages them and applies the fully connected layer
# `head.classifier`, an `nn.Linear` with the weight $w$, as `GAPHead` does. For each image and the
# class $k$ = `label`:
#
# 1. weigh the feature maps: $m_{n,i,j} = \sum_c w_{k,c}\, f_{n,c,i,j}$;
# 2. enlarge $m$ to the $H \times W$ of the input (*upsampling*), bilinearly, with
#    `align_corners=False`;
# 3. then scale each image's map by its own minimum and maximum (*batch*), to
#    $(m - \min m) / (\max m - \min m)$, from 0 to 1; a map that is the same everywhere becomes
#    zeros (*flat*).
#
# The result has the shape `(N, H, W)`. The model is used in the mode that it is in.
#
# **By hand.** `features` is `nn.Identity()`, the class has the weights `[2, -1]`, and the image has
# the channels `[[1, 0, 2]]` and `[[0, 1, 2]]`: $m = (2, -1, 2)$, scaled $(1, 0, 1)$.
#
# **Checked:** values, label, scaling, upsampling, batch, flat, rectangles, dtype, input.

# %%
def class_activation_map(features, head, x, label):
    """Return how much each place of each image adds to a class's score, from 0 to 1.

    Parameters
    ----------
    features : nn.Module
        Maps images to feature maps (N, C, h, w).
    head : nn.Module
        As `GAPHead`: global average pooling, then the ``nn.Linear`` in ``head.classifier``.
    x : Tensor, shape (N, C0, H, W)
    label : int
        The class.

    Returns
    -------
    Tensor, shape (N, H, W), dtype and device of `x`
        The feature maps weighted for the class, upsampled bilinearly (``align_corners=False``),
        then each scaled by its minimum and maximum; zeros where those are equal.

    Notes
    -----
    Zhou et al. 2016, "Learning deep features for discriminative localization", section 2.

    Examples
    --------
    >>> head = nn.Module()
    >>> head.classifier = nn.Linear(1, 2)
    >>> class_activation_map(nn.AvgPool2d(2), head, torch.rand(3, 1, 6, 8), label=1).shape
    torch.Size([3, 6, 8])
    """
    ### BEGIN SOLUTION
    scores = torch.einsum("c,nchw->nhw", head.classifier.weight[label], features(x))
    scores = F.interpolate(scores[:, None], size=x.shape[2:], mode="bilinear")[:, 0]
    low = scores.amin(dim=(1, 2), keepdim=True)
    span = scores.amax(dim=(1, 2), keepdim=True) - low
    return (scores - low) / torch.where(span > 0, span, 1)
    ### END SOLUTION

# %% [markdown]
# ## Look at it
#
# A single fully connected layer that knows what a plus looks like on 5×5 pixels. Turned into a
# convolution it looks for pluses everywhere in a larger picture, and is darkest at the places where
# one is. (This cell is not run for marks.)

# %% tags=["active-ipynb", "demo"]
# import matplotlib.pyplot as plt
#
# plus, cross = torch.zeros(5, 5), torch.maximum(torch.eye(5), torch.eye(5).flip(0))
# plus[2], plus[:, 2] = 1.0, 1.0
# image = torch.zeros(1, 1, 24, 48)
# for shape, row, column in [(plus, 3, 5), (cross, 4, 28), (plus, 12, 20), (cross, 15, 6),
#                            (plus, 16, 38)]:
#     image[0, 0, row : row + 5, column : column + 5] = shape
# linear = nn.Linear(25, 1)
# linear.weight.data = (plus - plus.mean()).reshape(1, 25)
# net = fully_convolutional(nn.Identity(), nn.Sequential(linear), 5)
# scores = net(image).detach()
# figure, places = plt.subplots(2, 1, figsize=(4, 4.6))
# for place, title, picture in zip(places, ["input", "score map"], [image, scores], strict=True):
#     place.imshow(picture[0, 0], cmap="gray_r")
#     place.set_title(f"{title}, {picture.shape[2]}×{picture.shape[3]}")
#     place.axis("off")
# plt.show()
