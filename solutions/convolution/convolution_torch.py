# %% [markdown]
# # Convolution in PyTorch
#
# After this notebook you can
#
# - write a convolution as one matrix product, which autograd differentiates for you;
# - build the layer around it: parameters of the right shape, with values to start from;
# - build the layer that convolution gave up, a kernel of its own for every place, and count what
#   sharing saves.
#
# **How checking works.** Fill in a cell, run it, then run the cell under it. That one tries your
# code on small examples at once and names the property that fails. When the notebook is graded,
# random hidden cases test the properties that the task lists, and no others. Every exercise is
# worth 10 points, given per property: a layer that is right but for its padding keeps most of them.
# Leave out what you like and take any order, since no exercise needs another's solution.
#
# **Rules.** PyTorch and Python's own modules only (and matplotlib, to look at something). Names and
# arguments stay as they are. `conv2d` and `Conv2d` may not call any convolution operator
# (`F.conv2d`, `F.conv_transpose2d`, `nn.Conv1d`, `torch.ops.aten.convolution`, ...), directly or
# not. `F.unfold`, `F.fold` and `Tensor.unfold` are allowed everywhere.

# %%
import math

import torch
import torch.nn.functional as F
from torch import nn

# %% [markdown]
# ## What holds for every exercise
#
# - A tensor `x` is `(N, C, H, W)`: images, channels, rows, columns. `N` and `C` may be 1, `H` and
#   `W` odd or different. Its dtype is any float (`float16`, `float32`, `float64`), that of weights
#   and biases is the same. Tensors may be non-contiguous views. Never modify an input.
# - The result has the input's dtype and is on the input's device (CPU or CUDA).
# - Gradients flow to inputs and parameters: in `float64`, `torch.autograd.gradcheck` passes.
# - `kernel_size`, `stride`, `padding` and `input_size` are an int or a pair `(h, w)`. Padding adds
#   rows of zeros above and below, and columns left and right. A side of the output has
#
#   $$H' = \left\lfloor \frac{H + 2p - k}{s} \right\rfloor + 1$$
#
#   pixels: rows and columns at the end that fill no whole step are left out.
# - Impossible geometry raises `ValueError`: a kernel larger than the padded input, a stride of 0;
#   in the modules when they are constructed or when they are called. The message contains the
#   number at fault (`5` if a kernel of 5 does not fit).
# - A task ends with what is checked. *Channels* and *batch* are `C`, `O` and `N`, 1 or more (where
#   a task lists neither, they belong to *values*); *rectangles* are kernels and images that are
#   not square; *stride* and *padding* are ints or pairs; *gradient* looks at the backward pass;
#   *dtype* is dtype and device; *input*: a view is as good as a plain tensor, and nothing was
#   modified; *errors*: the `ValueError`.
#
# The next cell is given. `conv_geometry` turns ints into pairs, works out $(H', W')$ and raises
# those errors, so you may build on it.

# %%
def pair(value):
    """Return an int, or a pair (h, w), as a pair of ints."""
    h, w = value if isinstance(value, (tuple, list)) else (value, value)
    return int(h), int(w)


def conv_geometry(input_size, kernel_size, stride=1, padding=0):
    """Return (kernel, stride, padding, output size), each a pair (h, w), for an input of (H, W)."""
    kernel, stride, padding = pair(kernel_size), pair(stride), pair(padding)
    output = []
    sides = zip(("height", "width"), pair(input_size), kernel, stride, padding, strict=True)
    for side, size, k, s, p in sides:
        if k < 1 or s < 1 or p < 0 or k > size + 2 * p:
            raise ValueError(
                f"cannot convolve a {side} of {size} with kernel_size={k}, stride={s}, "
                f"padding={p}: expected 1 <= kernel_size <= {size + 2 * p} (the padded {side}), "
                "stride >= 1 and padding >= 0"
            )
        output.append((size + 2 * p - k) // s + 1)
    return kernel, stride, padding, tuple(output)

# %% [markdown]
# ## conv2d
#
# Slide a kernel over the image; at each place, multiply the patch under it by the weights and add
# everything up, over all input channels:
#
# $$y_{n,o,i,j} = b_o + \sum_{c} \sum_{0 \le a < k_h,\; 0 \le b < k_w}
#   w_{o,c,a,b} \; x_{n,\,c,\; i s_h + a - p_h,\; j s_w + b - p_w}$$
#
# Pixels outside of the image count as 0, the kernel is not flipped, `bias=None` means none.
#
# **im2col.** Write each patch as a column of $C k_h k_w$ numbers. All $H' W'$ columns together are
# a matrix, and the layer is one matrix product. `F.unfold` makes the columns, in the order of
# `weight.flatten(1)`: channel, row, column.
#
# ```
# image     4 patches of 2x2, a column each     kernel 1 0 / 0 2, as a row
#
# 1 2 0     1  2  0  1   their top left pixels
# 0 1 3     2  0  1  3   top right              [1 0 0 2] @ columns = [3 8 2 3]
# 2 1 1     0  1  2  1   bottom left
#           1  3  1  1   bottom right           as an image: 3 8 / 2 3
# ```
#
# The columns hold every pixel up to $k_h k_w$ times: memory is paid for speed. Written with
# differentiable operations, the layer needs no backward pass of its own.
#
# **Not allowed:** any `conv*` operator.
#
# **Checked:** values, channels, bias, stride, padding, rectangles, gradient, dtype, input, errors.

# %%
def conv2d(x, weight, bias=None, stride=1, padding=0):
    """Return the convolution of images with kernels, differentiably.

    Parameters
    ----------
    x : Tensor, shape (N, C, H, W)
    weight : Tensor, shape (O, C, kh, kw)
    bias : Tensor, shape (O,), or None
    stride, padding : int or (int, int)
        Padding counts as zeros.

    Returns
    -------
    Tensor, shape (N, O, H', W'), dtype and device of `x`
        H' = floor((H + 2 * padding - kh) / stride) + 1, and W' likewise.

    Raises
    ------
    ValueError
        If the geometry is impossible; the message contains the number at fault.

    Notes
    -----
    The semantics are those of ``torch.nn.functional.conv2d``. The matrix product over unrolled
    patches is due to Chellapilla et al. 2006, "High performance convolutional neural networks for
    document processing".

    Examples
    --------
    >>> x = torch.tensor([[[[1.0, 2.0, 0.0], [0.0, 1.0, 3.0], [2.0, 1.0, 1.0]]]])
    >>> conv2d(x, torch.tensor([[[[1.0, 0.0], [0.0, 2.0]]]]))
    tensor([[[[3., 8.],
              [2., 3.]]]])
    """
    ### BEGIN SOLUTION
    kernel, steps, pads, size = conv_geometry(x.shape[2:], weight.shape[2:], stride, padding)
    columns = F.unfold(x, kernel, padding=pads, stride=steps)  # (N, C·kh·kw, H'·W')
    result = weight.flatten(1) @ columns
    if bias is not None:
        result = result + bias[:, None]
    return result.unflatten(2, size)
    ### END SOLUTION

# %% [markdown]
# ## Conv2d
#
# The same as a layer that can be trained, `nn.Conv2d` written by you. A module is constructed
# before it has seen an image, and holds what is learned:
#
# - `weight`, an `nn.Parameter` of shape `(out_channels, in_channels, kh, kw)`;
# - `bias`, an `nn.Parameter` of shape `(out_channels,)`; with `bias=False` the attribute is `None`.
#
# Its values to start from are those of PyTorch: weights and biases alike drawn uniformly from
#
# $$\left[ -\frac{1}{\sqrt{C\, k_h k_w}},\; \frac{1}{\sqrt{C\, k_h k_w}} \right],$$
#
# where $C k_h k_w$ (the *fan-in*) is the number of products in one output value. The more there
# are, the smaller each has to be, or the sum would grow from layer to layer. The distribution is
# checked, not the draws.
#
# `forward` computes the convolution. Write it inside, or call the `conv2d` above if you have it.
#
# **By hand.** `Conv2d(3, 8, (3, 5))` has $8 \cdot 3 \cdot 3 \cdot 5 = 360$ weights and 8 biases,
# whatever the size of the image. They start between $\pm 1/\sqrt{45} \approx \pm 0.149$.
#
# **Not allowed:** any `conv*` operator.
#
# **Checked:** values, parameters, initialisation, stride, padding, rectangles, gradient, dtype,
# input, errors.

# %%
class Conv2d(nn.Module):
    """A convolution with learnable weight and bias.

    Maps (N, in_channels, H, W) to (N, out_channels, H', W') with
    H' = floor((H + 2 * padding - kernel_size) / stride) + 1, and W' likewise, in the dtype and on
    the device of `x`.

    Parameters
    ----------
    in_channels, out_channels : int
    kernel_size, stride, padding : int or (int, int)
    bias : bool
        Without it the attribute `bias` is None.

    Raises
    ------
    ValueError
        If the geometry is impossible; the message contains the number at fault.

    Notes
    -----
    Parameters `weight` (out_channels, in_channels, kh, kw) and `bias` (out_channels,) start as
    those of ``torch.nn.Conv2d`` do: uniform between plus and minus
    1 / sqrt(in_channels * kh * kw).

    Examples
    --------
    >>> layer = Conv2d(3, 8, (3, 5), padding=(1, 2))
    >>> layer(torch.zeros(2, 3, 6, 7)).shape, sum(p.numel() for p in layer.parameters())
    (torch.Size([2, 8, 6, 7]), 368)
    """

    def __init__(self, in_channels, out_channels, kernel_size, stride=1, padding=0, bias=True):
        super().__init__()
        ### BEGIN SOLUTION
        self.stride, self.padding = stride, padding
        shape = (out_channels, in_channels, *pair(kernel_size))
        bound = 1 / math.sqrt(math.prod(shape[1:]))
        self.weight = nn.Parameter(torch.empty(shape).uniform_(-bound, bound))
        self.bias = None
        if bias:
            self.bias = nn.Parameter(torch.empty(out_channels).uniform_(-bound, bound))
        ### END SOLUTION

    def forward(self, x):
        """Map (N, in_channels, H, W) to (N, out_channels, H', W')."""
        ### BEGIN SOLUTION
        kernel, steps, pads, size = conv_geometry(
            x.shape[2:], self.weight.shape[2:], self.stride, self.padding
        )
        columns = F.unfold(x, kernel, padding=pads, stride=steps)
        result = self.weight.flatten(1) @ columns
        if self.bias is not None:
            result = result + self.bias[:, None]
        return result.unflatten(2, size)
        ### END SOLUTION

# %% [markdown]
# ## LocallyConnected2d
#
# What does sharing do? Take it away and see. A locally connected layer looks at small patches as a
# convolution does, but has *its own kernel and bias for every place* $(i, j)$ of the output:
#
# $$y_{n,o,i,j} = b_{o,i,j} + \sum_{c,a,b}
#   w_{o,c,a,b,i,j} \; x_{n,\,c,\; i s_h + a,\; j s_w + b}$$
#
# So the parameters are `weight` of shape $(O, C, k_h, k_w, H', W')$ and `bias` of shape
# $(O, H', W')$, and the layer must be told the size of its input, `input_size` = `(H, W)`. There is
# no padding. Start from values such as `Conv2d`'s (not checked).
#
# **By hand.** A 1×3 image `[[1, 2, 3]]`, kernels of 1×2. At the left place, let the kernel be
# `1 1`, at the right one `10 0`; biases 0 and 5. The output is `[[1 + 2, 20 + 5]] = [[3, 25]]`.
#
# **Counted.** From 1 channel of 28×28 to 8 channels with kernels of 5×5: the output is 8×24×24. A
# convolution has $8 \cdot 25 + 8 = 208$ parameters, the locally connected layer
# $8 \cdot 24^2 \cdot (25 + 1) = 119{,}808$, and a fully connected one
# $8 \cdot 24^2 \cdot (28^2 + 1) = 3{,}617{,}280$.
#
# **Checked:** values, sharing, parameters, stride, rectangles, batch, gradient, dtype, input,
# errors.

# %%
class LocallyConnected2d(nn.Module):
    """A convolution without weight sharing: a kernel and a bias for every place.

    Maps (N, in_channels, H, W) to (N, out_channels, H', W') with
    H' = floor((H - kernel_size) / stride) + 1, and W' likewise, in the dtype and on the device of
    `x`.

    Parameters
    ----------
    in_channels, out_channels : int
    input_size : int or (int, int)
        H and W.
    kernel_size, stride : int or (int, int)

    Raises
    ------
    ValueError
        If the geometry is impossible; the message contains the number at fault.

    Notes
    -----
    Parameters `weight` (out_channels, in_channels, kh, kw, H', W') and `bias`
    (out_channels, H', W'). Such layers are compared with shared ones in LeCun 1989,
    "Generalization and network design strategies".

    Examples
    --------
    >>> layer = LocallyConnected2d(1, 8, 28, 5)
    >>> layer(torch.zeros(2, 1, 28, 28)).shape, sum(p.numel() for p in layer.parameters())
    (torch.Size([2, 8, 24, 24]), 119808)
    """

    def __init__(self, in_channels, out_channels, input_size, kernel_size, stride=1):
        super().__init__()
        ### BEGIN SOLUTION
        self.kernel, self.stride, _, self.size = conv_geometry(input_size, kernel_size, stride)
        bound = 1 / math.sqrt(in_channels * math.prod(self.kernel))
        shape = (out_channels, in_channels, *self.kernel, *self.size)
        self.weight = nn.Parameter(torch.empty(shape).uniform_(-bound, bound))
        self.bias = nn.Parameter(torch.empty(out_channels, *self.size).uniform_(-bound, bound))
        ### END SOLUTION

    def forward(self, x):
        """Map (N, in_channels, H, W) to (N, out_channels, H', W')."""
        ### BEGIN SOLUTION
        columns = F.unfold(x, self.kernel, stride=self.stride)  # (N, C·kh·kw, H'·W')
        weight = self.weight.flatten(4).flatten(1, 3)  # (O, C·kh·kw, H'·W')
        return torch.einsum("nkp,okp->nop", columns, weight).unflatten(2, self.size) + self.bias
        ### END SOLUTION
