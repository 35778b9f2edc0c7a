# %% [markdown]
# # Kernel size in PyTorch
#
# After this notebook you can
#
# - measure what a net really looks at, by its gradient, instead of what it could look at;
# - build the two blocks that stand for the two answers to "how large a kernel?": VGG's stacks of
#   3×3, and the wide kernels over words of a text network;
# - merge a large and a small kernel into one after training, as today's large-kernel nets do.
#
# **How checking works.** Fill in a cell, run it, then run the cell under it. That one tries your
# code on small examples at once and names the property that fails. When the notebook is graded,
# random hidden cases test the properties that the task lists, and no others. Every exercise is
# worth 10 points, given per property: a block that is right but for a forgotten ReLU keeps most of
# them. Leave out what you like and take any order, since no exercise needs another's solution.
#
# **Rules.** PyTorch and Python's own modules only (and matplotlib, to look at something). Names and
# arguments stay as they are. All of PyTorch's layers and operators are allowed.

# %%
import torch
import torch.nn.functional as F
from torch import nn

# %% [markdown]
# ## What holds for every exercise
#
# - An image tensor is `(N, C, H, W)`: images, channels, rows, columns. `N` and `C` may be 1, `H`
#   and `W` odd or different. Its values are finite and may be negative. It may be a non-contiguous
#   view. Never modify an input.
# - The result has the input's dtype and is on the input's device (CPU or CUDA); a module has been
#   moved there before it is called. `TextCNN` reads ints: its result has the dtype of its weights.
# - Gradients flow to inputs and parameters: in `float64`, `torch.autograd.gradcheck` passes.
# - Every convolution has a bias, and a block has no layers beside those that are named: no batch
#   norm.
# - The check sets the weights of your blocks, in the order in which the data meets them: weight,
#   bias, weight, bias, ... So build the layers in this order. Where a task gives names of
#   submodules (`embedding`, `convs`, ...), the check finds them by these.
# - A task ends with what is checked. *Relu* is where the ReLUs are; *parameters* counts them,
#   biases included; *gradient* looks at the backward pass; *dtype* is dtype and device; *input*: a
#   view is as good as a plain tensor, and nothing was modified.

# %% [markdown]
# ## effective_receptive_field
#
# The formula for the receptive field says which pixels *can* change an output. How much do they
# change it? Ask for the gradient: take the output's centre and differentiate it in every pixel of
# the input.
#
# With an output $y$ of shape `(N, O, h, w)`, the centre is row `h // 2`, column `w // 2`. For each
# image, take there the sum over the channels, $s_n = \sum_o y_{n,o,\lfloor h/2 \rfloor, \lfloor w/2
# \rfloor}$. Then
#
# $$g_{i,j} = \operatorname{mean}_{n,c} \left| \frac{\partial s_n}{\partial x_{n,c,i,j}} \right|,
#   \qquad \mathrm{field} = \frac{g}{\max g}$$
#
# is a map of the input's size $(H, W)$, 1 where the net looks most. If the gradient is 0
# everywhere, so is the map (no 0/0). Modules treat every image on its own, so the gradient of the
# sum of all $s_n$ gives all of them at once.
#
# Measuring leaves no trace: `x` stays as it was, and so do its `requires_grad` and the `.grad` of
# every parameter, whether there was one or not (*grad untouched*). Nor does it leave a gradient in
# `x.grad`, the module in another mode or a parameter frozen (*input*).
#
# **By hand.** A convolution with the kernel `[[1, 2, -4]]` on an image of 1×5 has an output of 1×3,
# with the centre in column 1. That reads the columns 1 to 3, and the gradient is the kernel itself:
# the field is `[[0, 1/4, 2/4, 1, 0]]`.
#
# *Values* have one image and one channel, and their output has odd sides; *centre* is about even
# sides and rectangles; *channels* and *batch* about several; *zero* about a gradient of 0.
#
# **Checked:** values, centre, channels, batch, zero, grad untouched, dtype, input.

# %%
def effective_receptive_field(module, x):
    """Return how much each pixel of the input moves the centre of a module's output.

    Parameters
    ----------
    module : nn.Module
        Maps (N, C, H, W) to (N, O, h, w), each image on its own (so there is no batch norm in train
        mode). Its mode, and `requires_grad` and `.grad` of its parameters, are left as they were.
    x : Tensor, shape (N, C, H, W)
        Where the gradient is taken. Left as it was.

    Returns
    -------
    Tensor, shape (H, W), dtype and device of `x`
        The mean over images and channels of the absolute gradient of
        ``module(x)[:, :, h // 2, w // 2].sum()``, divided by its maximum; zeros if that is 0.

    Notes
    -----
    Luo et al. 2016, "Understanding the effective receptive field in deep convolutional neural
    networks", section 2.

    Examples
    --------
    >>> conv = nn.Conv2d(1, 1, (1, 3))
    >>> _ = nn.init.constant_(conv.weight, 2.0)
    >>> effective_receptive_field(conv, torch.zeros(1, 1, 1, 5))
    tensor([[0., 1., 1., 1., 0.]])
    """
    ### BEGIN SOLUTION
    probe = x.detach().requires_grad_()
    output = module(probe.clone())  # a clone: the first layer may work in place
    h, w = output.shape[2:]
    (gradient,) = torch.autograd.grad(output[:, :, h // 2, w // 2].sum(), probe)
    field = gradient.abs().mean((0, 1))
    return field / field.max() if field.any() else field
    ### END SOLUTION

# %% [markdown]
# ## VGGBlock
#
# VGG is built of one block: `depth` convolutions of 3×3, then the map is halved.
#
# ```
#  3×3, padding 1, ReLU  ->  ...  ->  3×3, padding 1, ReLU  ->  2×2 max pooling, stride 2
#  in_channels to            out_channels to out_channels       only if pool=True
#  out_channels
# ```
#
# Padding 1 keeps the map's size, so any number of them can be stacked. A ReLU follows *each*
# convolution, also the last. The pooling drops an odd last row or column, as PyTorch does by
# default. Without a pool (`pool=False`) the block ends with the last ReLU.
#
# **By hand.** `VGGBlock(3, 64, 2)`, VGG-16's first: $9 \cdot 3 \cdot 64 + 64$ parameters and then
# $9 \cdot 64 \cdot 64 + 64$, together 38,720. It turns `(N, 3, 224, 224)` into `(N, 64, 112, 112)`.
#
# *Values* and *padding* are about a single convolution without pooling, *depth* about several,
# *pool* about the pooling and its absence.
#
# **Checked:** values, depth, relu, padding, pool, parameters, gradient, dtype, input.

# %%
class VGGBlock(nn.Module):
    """VGG's block: 3x3 convolutions, each with a ReLU, and max pooling.

    Maps (N, in_channels, H, W) to (N, out_channels, H', W'), in the dtype and on the device of
    `x`; H' = floor(H / 2) with pooling and H without, W' likewise.

    Parameters
    ----------
    in_channels, out_channels : int
        Of the first convolution; the others have `out_channels` in and out.
    depth : int
        Number of convolutions, at least 1.
    pool : bool
        Whether 2x2 max pooling with stride 2 follows.

    Notes
    -----
    Simonyan and Zisserman 2014, "Very deep convolutional networks for large-scale image
    recognition", section 2.1.

    Examples
    --------
    >>> block = VGGBlock(3, 64, 2)
    >>> block(torch.zeros(1, 3, 9, 12)).shape, sum(p.numel() for p in block.parameters())
    (torch.Size([1, 64, 4, 6]), 38720)
    """

    def __init__(self, in_channels, out_channels, depth, pool=True):
        super().__init__()
        ### BEGIN SOLUTION
        layers = []
        for i in range(depth):
            channels = out_channels if i else in_channels
            layers += [nn.Conv2d(channels, out_channels, 3, padding=1), nn.ReLU()]
        self.layers = nn.Sequential(*layers, nn.MaxPool2d(2) if pool else nn.Identity())
        ### END SOLUTION

    def forward(self, x):
        """Map (N, in_channels, H, W) to (N, out_channels, H', W')."""
        ### BEGIN SOLUTION
        return self.layers(x)
        ### END SOLUTION

# %% [markdown]
# ## TextCNN
#
# A text is a row of tokens, ints that stand for words. Kim's network looks at it through kernels
# of several widths side by side, keeps the strongest answer of each, and classifies:
#
# ```
#             embedding       convs, one for each width               classifier
#                           ┌─ width 3, ReLU, maximum over time ─┐
#  (N, L)  ->  (N, L, E)  ──┼─ width 4, ReLU, maximum over time ─┼─ dropout, linear -> (N, classes)
#                           └─ width 5, ReLU, maximum over time ─┘
# ```
#
# - `embedding` is a vector of `embedding` numbers for each of `vocabulary` tokens. The token
#   `padding_idx` fills up short texts: as in `nn.Embedding`, its vector is 0 at the start and gets
#   no gradient.
# - `convs`, an `nn.ModuleList`, has a convolution for each of `widths`, in their order, from
#   `embedding` to `filters` channels, without padding. It reads whole words: the embedding's
#   components are its channels (`nn.Conv1d` on `(N, E, L)`). `nn.Conv2d` is as good, on
#   `(N, 1, L, E)` with a kernel of `(width, E)`.
# - The maxima of all widths are concatenated, in any order, to `filters * len(widths)` features.
#   Dropout with the probability `dropout` falls on these only, drawn for each text anew, and in
#   train mode only.
# - `classifier` maps the features to `classes` scores.
#
# Texts have at least `max(widths)` tokens.
#
# **By hand.** `TextCNN(10, 4, (2, 3), 5, 2)`: $10 \cdot 4$ numbers in `embedding`, $5 \cdot 4 \cdot
# 2 + 5$ and $5 \cdot 4 \cdot 3 + 5$ in `convs`, $2 \cdot 10 + 2$ in `classifier`, together 172.
#
# *Values* have a single width, *widths* several; *maximum* is where in the text it lies.
#
# **Checked:** values, widths, maximum, relu, dropout, padding_idx, parameters, gradient, dtype,
# input.

# %%
class TextCNN(nn.Module):
    """Kim's network for texts: convolutions of several widths, and the maximum of each over time.

    Maps int tokens (N, L), L >= max(widths), to scores (N, classes).

    Parameters
    ----------
    vocabulary : int
        Number of tokens: they are 0, ..., vocabulary - 1.
    embedding : int
        Length of a token's vector.
    widths : tuple of int
        How many tokens the convolutions read.
    filters : int
        Output channels of each convolution.
    classes : int
    padding_idx : int
        The token that fills up short texts; its vector is 0 and is not trained.
    dropout : float
        Probability for each of the concatenated features to be dropped in train mode.

    Notes
    -----
    Kim 2014, "Convolutional neural networks for sentence classification", section 2, with one set
    of vectors (the paper's CNN-rand).

    Examples
    --------
    >>> net = TextCNN(10, 4, (2, 3), 5, 2)
    >>> net(torch.tensor([[1, 2, 3, 4], [5, 6, 0, 0]])).shape
    torch.Size([2, 2])
    >>> sum(p.numel() for p in net.parameters())
    172
    """

    def __init__(
        self, vocabulary, embedding, widths, filters, classes, padding_idx=0, dropout=0.5
    ):
        super().__init__()
        ### BEGIN SOLUTION
        self.embedding = nn.Embedding(vocabulary, embedding, padding_idx)
        self.convs = nn.ModuleList(nn.Conv1d(embedding, filters, width) for width in widths)
        self.dropout = nn.Dropout(dropout)
        self.classifier = nn.Linear(filters * len(widths), classes)
        ### END SOLUTION

    def forward(self, tokens):
        """Map tokens (N, L) to scores (N, classes)."""
        ### BEGIN SOLUTION
        words = self.embedding(tokens).transpose(1, 2)
        features = [F.relu(conv(words)).max(2).values for conv in self.convs]
        return self.classifier(self.dropout(torch.cat(features, 1)))
        ### END SOLUTION

# %% [markdown]
# ## merge_branches
#
# Very large kernels train badly on their own. RepLKNet trains a large and a small kernel side by
# side, on the same input, and adds what comes out. After training the two become one: convolution
# is linear in its kernel, so
#
# $$\mathrm{large}(x) + \mathrm{small}(x) = \mathrm{merged}(x)$$
#
# if the small kernel is laid into the middle of the large one and added, and the biases are added
# too:
#
# ```
#  large           small, with zeros around it       merged
#  a b c d e         . . . . .                       a   b     c     d   e
#  f g h i j         . 1 2 3 .                       f  g+1   h+2   i+3  j
#  k l m n o    +    . 4 5 6 .              =        k  l+4   m+5   n+6  o
#  p q r s t         . 7 8 9 .                       p  q+7   r+8   s+9  t
#  u v w x y         . . . . .                       u   v     w     x   y
# ```
#
# `large` and `small` are *depthwise* `nn.Conv2d`: one kernel for each channel
# (`groups=in_channels=out_channels`, weight `(C, 1, kh, kw)`). Both have a bias, stride 1, odd
# kernels, and *same* padding, `(kh // 2, kw // 2)`. The small kernel is in no direction larger than
# the large one. Return such an `nn.Conv2d`, with the kernel size of `large`, its dtype and device,
# and parameters of its own: `large` and `small` stay as they were.
#
# **By hand.** `large` has the kernel `[[1, 2, 3, 4, 5]]` and the bias 10, `small` `[[100]]` and 20:
# the merged kernel is `[[1, 2, 103, 4, 5]]`, its bias 30.
#
# *Layer* is that it is one `nn.Conv2d` with as many parameters as a depthwise convolution has.
#
# **Checked:** values, bias, channels, rectangles, layer, copy, gradient, dtype.

# %%
def merge_branches(large, small):
    """Return the one depthwise convolution that equals the sum of two.

    Parameters
    ----------
    large, small : nn.Conv2d
        Depthwise (groups = channels), with bias, stride 1, odd kernels and same padding; the kernel
        of `small` is at most as high and as wide as that of `large`.

    Returns
    -------
    nn.Conv2d
        Depthwise, kernel and padding of `large`, its own weights, in the dtype and on the device of
        `large`: merged(x) equals large(x) + small(x).

    Notes
    -----
    Ding et al. 2022, "Scaling up your kernels to 31x31: revisiting large kernel design in CNNs",
    section 3, after their "RepVGG" of 2021.

    Examples
    --------
    >>> large = nn.Conv2d(2, 2, 5, padding=2, groups=2)
    >>> small = nn.Conv2d(2, 2, 3, padding=1, groups=2)
    >>> merged, x = merge_branches(large, small), torch.ones(1, 2, 6, 7)
    >>> torch.allclose(merged(x), large(x) + small(x), atol=1e-6)
    True
    """
    ### BEGIN SOLUTION
    kh, kw = large.kernel_size
    high, wide = (kh - small.kernel_size[0]) // 2, (kw - small.kernel_size[1]) // 2
    merged = nn.Conv2d(
        large.in_channels,
        large.out_channels,
        large.kernel_size,
        padding=(kh // 2, kw // 2),
        groups=large.groups,
        device=large.weight.device,
        dtype=large.weight.dtype,
    )
    with torch.no_grad():
        merged.weight.copy_(large.weight + F.pad(small.weight, (wide, wide, high, high)))
        merged.bias.copy_(large.bias + small.bias)
    return merged
    ### END SOLUTION

# %% [markdown]
# ## Look at it
#
# Five 3×3 convolutions and one of 11×11 have the same receptive field. Fresh from their random
# start, the stack looks at its middle and hardly at its rim. (This cell is not run for marks.)

# %% tags=["active-ipynb", "demo"]
# import matplotlib.pyplot as plt
#
# torch.manual_seed(0)
# x = torch.randn(8, 16, 15, 15)
# stack = nn.Sequential(*[nn.Conv2d(16, 16, 3, padding=1) for _ in range(5)])
# nets = {"five 3×3": stack, "one 11×11": nn.Conv2d(16, 16, 11, padding=5)}
# figure, places = plt.subplots(1, 2, figsize=(6, 3))
# for place, (title, net) in zip(places, nets.items(), strict=True):
#     place.imshow(effective_receptive_field(net, x), cmap="gray_r", vmin=0, vmax=1)
#     place.set_title(title)
#     place.axis("off")
# plt.show()
