# %% [markdown]
# # 1×1 convolutions in PyTorch
#
# After this notebook you can
#
# - turn a fully connected layer into a 1×1 convolution that does the same at every pixel;
# - build the blocks that live on 1×1 convolutions: GoogLeNet's Inception, SqueezeNet's Fire,
#   Network in Network's MLPConv and MobileNet's depthwise separable convolution;
# - read off a block's parameters what each of its 1×1 convolutions is there for.
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
# - A tensor is `(N, C, H, W)`: images, channels, rows, columns. `N` and `C` may be 1, `H` and `W`
#   odd or different. Its values are finite and may be negative. It may be a non-contiguous view.
#   Never modify an input.
# - The result has the input's dtype and is on the input's device (CPU or CUDA); a module has been
#   moved there before it is called.
# - Gradients flow to inputs and parameters: in `float64`, `torch.autograd.gradcheck` passes.
# - `kernel_size`, `stride` and `padding` are an int or a pair `(h, w)`, as in `nn.Conv2d`.
# - Every convolution has a bias unless the task says otherwise, and a block has no layers beside
#   those that are named: no batch norm, no dropout.
# - The check sets the weights of your blocks. It finds them by the names of submodules that a task
#   gives (`branch1`, `squeeze`, ...), and inside such a submodule in the order in which the data
#   meets them: weight, bias, weight, bias, ...
# - A task ends with what is checked. *Relu* is where the ReLUs are; *order* is the order of the
#   output's channels; *parameters* counts them, biases included; *gradient* looks at the backward
#   pass; *dtype* is dtype and device; *input*: a view is as good as a plain tensor, and nothing was
#   modified.

# %% [markdown]
# ## linear_to_conv1x1
#
# A fully connected layer maps a vector of $C$ numbers to one of $O$: $y = Wx + b$. A 1×1
# convolution does this to the $C$ channels of every pixel. So the one can be turned into the other,
# weight for weight, and what was trained on vectors then runs on images of any size: for each image
# $n$ and pixel $(i, j)$,
#
# $$\mathrm{conv}(x)_{n,:,i,j} = \mathrm{linear}(x_{n,:,i,j})$$
#
# Return an `nn.Conv2d` with a copy of the weights: whoever changes the convolution later must not
# change `linear`, and `linear` stays as it was. Keep its dtype and device. `linear` may have been
# built with `bias=False`; then the convolution has no bias either.
#
# **By hand.** `linear` has the weight `[[1, 2], [3, 4], [5, 6]]`: 2 inputs, 3 outputs. The
# convolution's weight has the same six numbers in the shape `(3, 2, 1, 1)`.
#
# **Checked:** values, bias, layer, copy, gradient, dtype.

# %%
def linear_to_conv1x1(linear):
    """Return a 1x1 convolution that does to every pixel what a linear layer does to a vector.

    Parameters
    ----------
    linear : nn.Linear
        (C inputs, O outputs), with or without bias.

    Returns
    -------
    nn.Conv2d
        C input and O output channels, kernel 1x1, its own copy of the weights, in the dtype and on
        the device of `linear`: conv(x)[n, :, i, j] equals linear(x[n, :, i, j]).

    Notes
    -----
    Long et al. 2015, "Fully convolutional networks for semantic segmentation", section 3.1.

    Examples
    --------
    >>> linear = nn.Linear(2, 3)
    >>> conv, x = linear_to_conv1x1(linear), torch.ones(1, 2, 4, 5)
    >>> torch.allclose(conv(x)[0, :, 3, 1], linear(torch.ones(2)))
    True
    """
    ### BEGIN SOLUTION
    conv = nn.Conv2d(
        linear.in_features,
        linear.out_features,
        kernel_size=1,
        bias=linear.bias is not None,
        device=linear.weight.device,
        dtype=linear.weight.dtype,
    )
    with torch.no_grad():
        conv.weight.copy_(linear.weight[:, :, None, None])
        if linear.bias is not None:
            conv.bias.copy_(linear.bias)
    return conv
    ### END SOLUTION

# %% [markdown]
# ## Inception
#
# Which kernel size is right? GoogLeNet's block takes several at once and stacks the results:
#
# ```
#             ┌─ branch1:  1×1 (n1x1)                                      ─┐
#             ├─ branch2:  1×1 (n3x3_reduce)     ->  3×3, padding 1 (n3x3)  ─┤
#  input ─────┤                                                             ├── channels stacked
#             ├─ branch3:  1×1 (n5x5_reduce)     ->  5×5, padding 2 (n5x5)  ─┤
#             └─ branch4:  3×3 max pooling,      ->  1×1 (pool_proj)        ─┘
#                          stride 1, padding 1
# ```
#
# In brackets are the channels that come out of each of the six convolutions. **A ReLU follows each
# of them**, also the 1×1 convolutions that only reduce. The four branches are `nn.Sequential`s with
# the names `branch1` to `branch4`; their results are concatenated along the channels in this order.
# Nothing changes the height and the width.
#
# **By hand.** `Inception(192, 64, 96, 128, 16, 32, 32)`, the paper's block "3a", turns
# `(N, 192, 28, 28)` into `(N, 64 + 128 + 32 + 32, 28, 28)`, that is 256 channels. Its six
# convolutions have 163,328 weights and $64 + 96 + 128 + 16 + 32 + 32 = 368$ biases.
#
# **Checked:** branch1, branch2, branch3, branch4, order, relu, parameters, gradient, dtype, input.

# %%
class Inception(nn.Module):
    """GoogLeNet's block: four ways to look at a map, stacked.

    Maps (N, C, H, W) to (N, n1x1 + n3x3 + n5x5 + pool_proj, H, W), in the dtype and on the device
    of `x`.

    Parameters
    ----------
    in_channels : int
        C.
    n1x1 : int
        Channels of `branch1`, a 1x1 convolution.
    n3x3_reduce, n3x3 : int
        Channels of `branch2`, a 1x1 and a 3x3 convolution.
    n5x5_reduce, n5x5 : int
        Channels of `branch3`, a 1x1 and a 5x5 convolution.
    pool_proj : int
        Channels of `branch4`, 3x3 max pooling with stride 1 and a 1x1 convolution.

    Notes
    -----
    Szegedy et al. 2014, "Going deeper with convolutions", figure 2(b).

    Examples
    --------
    >>> block = Inception(192, 64, 96, 128, 16, 32, 32)
    >>> block(torch.zeros(1, 192, 7, 9)).shape
    torch.Size([1, 256, 7, 9])
    """

    def __init__(self, in_channels, n1x1, n3x3_reduce, n3x3, n5x5_reduce, n5x5, pool_proj):
        super().__init__()
        ### BEGIN SOLUTION
        self.branch1 = nn.Sequential(nn.Conv2d(in_channels, n1x1, 1), nn.ReLU())
        self.branch2 = nn.Sequential(
            nn.Conv2d(in_channels, n3x3_reduce, 1),
            nn.ReLU(),
            nn.Conv2d(n3x3_reduce, n3x3, 3, padding=1),
            nn.ReLU(),
        )
        self.branch3 = nn.Sequential(
            nn.Conv2d(in_channels, n5x5_reduce, 1),
            nn.ReLU(),
            nn.Conv2d(n5x5_reduce, n5x5, 5, padding=2),
            nn.ReLU(),
        )
        self.branch4 = nn.Sequential(
            nn.MaxPool2d(3, stride=1, padding=1),
            nn.Conv2d(in_channels, pool_proj, 1),
            nn.ReLU(),
        )
        ### END SOLUTION

    def forward(self, x):
        """Map (N, C, H, W) to (N, n1x1 + n3x3 + n5x5 + pool_proj, H, W)."""
        ### BEGIN SOLUTION
        return torch.cat([self.branch1(x), self.branch2(x), self.branch3(x), self.branch4(x)], 1)
        ### END SOLUTION

# %% [markdown]
# ## Fire
#
# SqueezeNet is built of one block: a narrow 1×1 convolution *squeezes* the channels, then two wider
# convolutions *expand* them again, side by side:
#
# ```
#                          ┌─ expand1x1:  1×1             ─┐
#  input ── squeeze: 1×1 ──┤                              ├── channels stacked
#                          └─ expand3x3:  3×3, padding 1  ─┘
# ```
#
# A ReLU follows each of the three. The arguments `squeeze`, `expand1x1` and `expand3x3` are the
# numbers of channels that come out; the submodules have the same names. The 3×3 kernels see only
# the few squeezed channels, which is where the parameters are saved.
#
# **By hand.** `Fire(96, 16, 64, 64)`, "fire2" of the paper: $96 \cdot 16 + 16$ parameters in
# `squeeze`, $16 \cdot 64 + 64$ in `expand1x1`, $9 \cdot 16 \cdot 64 + 64$ in `expand3x3`, together
# 11,920. A single 3×3 convolution from 96 to 128 channels has 110,720.
#
# **Checked:** expand1x1, expand3x3, order, relu, parameters, gradient, dtype, input.

# %%
class Fire(nn.Module):
    """SqueezeNet's block: fewer channels, then more.

    Maps (N, C, H, W) to (N, expand1x1 + expand3x3, H, W), in the dtype and on the device of `x`.

    Parameters
    ----------
    in_channels : int
        C.
    squeeze : int
        Channels of the submodule `squeeze`, a 1x1 convolution.
    expand1x1, expand3x3 : int
        Channels of the submodules `expand1x1` and `expand3x3`, a 1x1 and a 3x3 convolution.

    Notes
    -----
    Iandola et al. 2016, "SqueezeNet", section 3.2.

    Examples
    --------
    >>> sum(p.numel() for p in Fire(96, 16, 64, 64).parameters())
    11920
    """

    def __init__(self, in_channels, squeeze, expand1x1, expand3x3):
        super().__init__()
        ### BEGIN SOLUTION
        self.squeeze = nn.Conv2d(in_channels, squeeze, 1)
        self.expand1x1 = nn.Conv2d(squeeze, expand1x1, 1)
        self.expand3x3 = nn.Conv2d(squeeze, expand3x3, 3, padding=1)
        ### END SOLUTION

    def forward(self, x):
        """Map (N, C, H, W) to (N, expand1x1 + expand3x3, H, W)."""
        ### BEGIN SOLUTION
        squeezed = F.relu(self.squeeze(x))
        return F.relu(torch.cat([self.expand1x1(squeezed), self.expand3x3(squeezed)], 1))
        ### END SOLUTION

# %% [markdown]
# ## MLPConv
#
# A convolution is linear in the patch under its kernel. *Network in Network* puts a small
# multilayer perceptron in its place, and slides that over the image: what the kernel computes goes
# through two more fully connected layers, pixel by pixel, and these are 1×1 convolutions.
#
# ```
#  k×k convolution, ReLU  ->  1×1 convolution, ReLU  ->  1×1 convolution, ReLU
# ```
#
# All three have `out_channels` outputs. Only the first one has a `kernel_size` and a `padding`, an
# int or a pair each. Build the three convolutions in the order in which they are used.
#
# **By hand.** One channel, `out_channels=1`, a kernel of 1×1, all biases 0 and the weights 2, 3 and
# −1: the pixel 1 becomes 2, then 6, then −6, and after the last ReLU 0.
#
# **Checked:** values, relu, padding, rectangles, parameters, gradient, dtype, input.

# %%
class MLPConv(nn.Module):
    """Network in Network's block: a convolution and two 1x1 convolutions.

    Maps (N, C, H, W) to (N, out_channels, H', W') with H' = H + 2 * padding - kernel_size + 1, and
    W' likewise, in the dtype and on the device of `x`.

    Parameters
    ----------
    in_channels, out_channels : int
    kernel_size, padding : int or (int, int)
        Of the first convolution.

    Notes
    -----
    Lin et al. 2013, "Network in network", section 3.1.

    Examples
    --------
    >>> MLPConv(3, 8, 5, padding=2)(torch.zeros(1, 3, 6, 7)).shape
    torch.Size([1, 8, 6, 7])
    """

    def __init__(self, in_channels, out_channels, kernel_size, padding):
        super().__init__()
        ### BEGIN SOLUTION
        self.layers = nn.Sequential(
            nn.Conv2d(in_channels, out_channels, kernel_size, padding=padding),
            nn.ReLU(),
            nn.Conv2d(out_channels, out_channels, 1),
            nn.ReLU(),
            nn.Conv2d(out_channels, out_channels, 1),
            nn.ReLU(),
        )
        ### END SOLUTION

    def forward(self, x):
        """Map (N, C, H, W) to (N, out_channels, H', W')."""
        ### BEGIN SOLUTION
        return self.layers(x)
        ### END SOLUTION

# %% [markdown]
# ## DepthwiseSeparableConv2d
#
# A convolution looks around and mixes channels, both at once. This block does one after the other:
#
# ```
#  depthwise: one k×k kernel for each channel, no bias  ->  pointwise: 1×1 over the channels, bias
# ```
#
# `depthwise` filters every channel on its own: the output's channel $c$ comes from the input's
# channel $c$ only (`groups=in_channels`). `stride` and `padding` are its arguments. `pointwise`
# then mixes the channels. There is no ReLU, and only `pointwise` has a bias.
#
# **By hand.** Channels in 2, out 5, kernel 3×3: the weights have the shapes `(2, 1, 3, 3)` and
# `(5, 2, 1, 1)`, so $18 + 10$ weights and 5 biases.
#
# **Checked:** values, batch, stride, padding, rectangles, parameters, gradient, dtype, input.

# %%
class DepthwiseSeparableConv2d(nn.Module):
    """A convolution of each channel on its own, then a 1x1 convolution over the channels.

    Maps (N, C, H, W) to (N, out_channels, H', W') with
    H' = floor((H + 2 * padding - kernel_size) / stride) + 1, and W' likewise, in the dtype and on
    the device of `x`.

    Parameters
    ----------
    in_channels, out_channels : int
    kernel_size, stride, padding : int or (int, int)
        Of the submodule `depthwise`, which has no bias. The submodule `pointwise` has one.

    Notes
    -----
    Howard et al. 2017, "MobileNets", section 3.1, where batch norm and ReLU follow each of the two.

    Examples
    --------
    >>> block = DepthwiseSeparableConv2d(2, 5, 3, stride=2, padding=1)
    >>> block(torch.zeros(1, 2, 7, 8)).shape, sum(p.numel() for p in block.parameters())
    (torch.Size([1, 5, 4, 4]), 33)
    """

    def __init__(self, in_channels, out_channels, kernel_size, stride=1, padding=0):
        super().__init__()
        ### BEGIN SOLUTION
        self.depthwise = nn.Conv2d(
            in_channels, in_channels, kernel_size, stride, padding, groups=in_channels, bias=False
        )
        self.pointwise = nn.Conv2d(in_channels, out_channels, 1)
        ### END SOLUTION

    def forward(self, x):
        """Map (N, C, H, W) to (N, out_channels, H', W')."""
        ### BEGIN SOLUTION
        return self.pointwise(self.depthwise(x))
        ### END SOLUTION
