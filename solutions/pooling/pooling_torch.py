# %% [markdown]
# # Pooling in PyTorch
#
# After this notebook you can
#
# - write max pooling that autograd can differentiate, and again with a backward pass of your own;
# - build the pooling layers that textbooks mention and few people write: a learnable mean, a blur
#   against aliasing, a pyramid for inputs of any size;
# - measure how often a small shift of the input changes what a network says.
#
# **How checking works.** Fill in a cell, run it, then run the cell under it. That one tries your
# code on small examples at once and names the property that fails. When the notebook is graded,
# random hidden cases test the properties that the task lists, and no others. Every exercise is
# worth 10 points, given per property: a layer that is right but for its padding keeps most of them.
# Leave out what you like and take any order, since no exercise needs another's solution.
#
# **Rules.** PyTorch and Python's own modules only (and matplotlib, to look at something). Names and
# arguments stay as they are. `max_pool2d` and `MaxPool2dFunction` may not call any operator with
# `_pool` in its name (`F.max_pool2d`, `nn.AdaptiveMaxPool2d`, `torch.ops.aten.avg_pool2d`, ...),
# directly or not; the other four exercises may. `F.unfold`, `F.fold` and `Tensor.unfold` are
# allowed everywhere.

# %%
import copy

import torch
import torch.nn.functional as F
from torch import nn

# %% [markdown]
# ## What holds for every exercise
#
# - A tensor is `(N, C, H, W)`: images, channels, rows, columns. `N` and `C` may be 1, `H` and `W`
#   odd or different. Its dtype is any float (`float16`, `float32`, `float64`), its values are
#   finite and may be negative. It may be a non-contiguous view. Never modify an input.
# - The result has the input's dtype and is on the input's device (CPU or CUDA).
# - Gradients flow to inputs and parameters: in `float64`, `torch.autograd.gradcheck` passes.
# - `kernel_size`, `stride` and `padding` are an int or a pair `(h, w)`. Padding adds `padding` rows
#   above and below, and columns left and right. An output side of pooling has
#
#   $$H' = \left\lfloor \frac{H + 2p - k}{s} \right\rfloor + 1$$
#
#   pixels: rows and columns at the end that fill no whole window are left out.
# - Impossible geometry raises `ValueError` in `max_pool2d` and `MaxPool2dFunction`: a window side
#   or stride below 1, a negative padding or one over half the window, a window larger than the
#   padded input. The message contains the number at fault (`5` if a window of 5 does not fit). The
#   other exercises may raise whatever PyTorch raises.
# - A task ends with what is checked. *Rectangles* are windows, strides, paddings and images that
#   are not square; *stride* includes windows that overlap, leave gaps or leave the last pixels
#   over; *uneven* sizes are no multiple of the output's; *batch* is `N` and `C`, 1 or more;
#   *gradient* and *ties* look at the backward pass; *dtype* is dtype and device; *input*: a view is
#   as good as a plain tensor, and nothing was modified; *errors*: the `ValueError`.
#
# The next cell is given. `pool_geometry` turns all forms of the arguments into pairs, works out
# $(H', W')$ and raises those errors, so you may build on it. `pair` serves where there is no
# window.

# %%
def pair(value):
    """Return an int, or a pair (h, w), as a pair of ints."""
    h, w = value if isinstance(value, (tuple, list)) else (value, value)
    return int(h), int(w)


def pool_geometry(input_size, kernel_size, stride=None, padding=0):
    """Return (kernel, stride, padding, output size), each a pair (h, w), for an input of (H, W)."""
    kernel, padding = pair(kernel_size), pair(padding)
    stride = kernel if stride is None else pair(stride)
    output = []
    sides = zip(("height", "width"), input_size, kernel, stride, padding, strict=True)
    for side, size, k, s, p in sides:
        if k < 1 or s < 1 or p < 0 or 2 * p > k or k > size + 2 * p:
            raise ValueError(
                f"cannot pool a {side} of {size} with kernel_size={k}, stride={s}, padding={p}: "
                f"expected 1 <= kernel_size <= {size + 2 * p} (the padded {side}), stride >= 1 "
                "and 0 <= padding <= kernel_size / 2"
            )
        output.append((size + 2 * p - k) // s + 1)
    return kernel, stride, padding, tuple(output)

# %% [markdown]
# ## max_pool2d
#
# Slide a window over each channel and keep the largest value under it:
#
# $$y_{n,c,i,j} = \max_{0 \le a < k_h,\; 0 \le b < k_w}
#   \; x_{n,\,c,\; i s_h + a - p_h,\; j s_w + b - p_w}$$
#
# Padding counts as $-\infty$, so it never beats a real value; `stride=None` means
# `stride = kernel_size`. Lay the windows out along an axis of their own and take the maximum over
# it: autograd then finds the backward pass. It sends a window's gradient to one pixel, and on a tie
# that must be the first maximum in row-major order (left to right, then down).
# `Tensor.max(dim=...)` does so; `amax` splits the gradient among equals. Where windows overlap,
# gradients add up.
#
# **By hand.** `x = [[2, 2, 1]]`, windows 1×2, stride 1: the result is `[[2, 2]]`. With upstream
# gradient `[[10, 1]]` the first window, `(2, 2)`, is a tie: its left pixel gets 10. The second,
# `(2, 1)`, gives 1 to its 2. Together `[[10, 1, 0]]`.
#
# **Not allowed:** any `*_pool*` operator.
#
# **Checked:** values, stride, rectangles, padding, batch, gradient, ties, dtype, input, errors.

# %%
def max_pool2d(x, kernel_size, stride=None, padding=0):
    """Return the maximum of every window, differentiably.

    Parameters
    ----------
    x : Tensor, shape (N, C, H, W)
    kernel_size, stride, padding : int or (int, int)
        ``stride=None`` means ``kernel_size``; padding counts as minus infinity.

    Returns
    -------
    Tensor, shape (N, C, H', W'), dtype and device of `x`
        H' = floor((H + 2 * padding - kernel_size) / stride) + 1, and W' likewise.
        The gradient of a tie goes to the first maximum in row-major order.

    Raises
    ------
    ValueError
        If the geometry is impossible; the message contains the number at fault.

    Notes
    -----
    The semantics are those of ``torch.nn.MaxPool2d``. Windows that overlap (stride below
    kernel_size) are used in Krizhevsky et al. 2012, section 3.4.

    Examples
    --------
    >>> max_pool2d(torch.arange(16.0).reshape(1, 1, 4, 4), 2)
    tensor([[[[ 5.,  7.],
              [13., 15.]]]])
    """
    ### BEGIN SOLUTION
    (kh, kw), (sh, sw), (ph, pw), _ = pool_geometry(x.shape[2:], kernel_size, stride, padding)
    padded = F.pad(x, (pw, pw, ph, ph), value=float("-inf"))
    windows = padded.unfold(2, kh, sh).unfold(3, kw, sw)  # (N, C, H', W', kh, kw)
    return windows.flatten(4).max(dim=4).values
    ### END SOLUTION

# %% [markdown]
# ## MaxPool2dFunction
#
# The same layer with a backward pass of your own. A `torch.autograd.Function` has two static
# methods. `forward` computes the output and keeps in `ctx` what the way back needs: for max pooling
# not the values, only *where* each window's first maximum was. `backward` gets the gradient in the
# output and returns one gradient per argument of `forward`, `None` for those that are not tensors:
#
# $$\frac{\partial L}{\partial x_q} =
#   \sum_{\text{windows } w \,:\; q \text{ is the first maximum of } w}
#   \frac{\partial L}{\partial y_w}$$
#
# "First" is in row-major order. A pixel can win several overlapping windows (add!) or none (0), and
# padding, which counts as $-\infty$, never wins. The call is
# `MaxPool2dFunction.apply(x, kernel_size, stride, padding)`, with all four arguments: `stride` is
# an int or a pair, never `None`. Tensors are kept with `ctx.save_for_backward`, other things as
# attributes of `ctx`. `backward` may get a `grad_output` that is not contiguous (`y.sum()` sends an
# expanded one).
#
# **By hand.** The row `[[1, 3, 2]]`, windows 1×2, stride 1: 3 wins both windows, so the result is
# `[[3, 3]]`, the saved columns are `[[1, 1]]`, and an upstream gradient `[[10, 1]]` becomes
# `[[0, 11, 0]]`.
#
# **Not allowed:** any `*_pool*` operator; autograd (`torch.autograd.grad`, `Tensor.backward`,
# `torch.enable_grad`, ...) inside `backward`.
#
# **Checked:** values, stride, rectangles, padding, batch, gradient, ties, dtype, input, errors.

# %%
class MaxPool2dFunction(torch.autograd.Function):
    """Max pooling with its own backward pass.

    ``MaxPool2dFunction.apply(x, kernel_size, stride, padding)`` takes a tensor of shape
    (N, C, H, W) and three ints or pairs (h, w), and returns shape (N, C, H', W') with
    H' = floor((H + 2 * padding - kernel_size) / stride) + 1, and W' likewise, in the dtype and on
    the device of `x`.

    Raises
    ------
    ValueError
        If the geometry is impossible; the message contains the number at fault.

    Notes
    -----
    The semantics, ties included, are those of ``torch.nn.MaxPool2d``.

    Examples
    --------
    >>> x = torch.tensor([[[[1.0, 3.0, 2.0]]]], requires_grad=True)
    >>> y = MaxPool2dFunction.apply(x, (1, 2), 1, 0)
    >>> y.backward(torch.tensor([[[[10.0, 1.0]]]]))
    >>> x.grad
    tensor([[[[ 0., 11.,  0.]]]])
    """

    @staticmethod
    def forward(ctx, x, kernel_size, stride, padding):
        """Return the maxima (N, C, H', W') and keep in `ctx` where they were."""
        ### BEGIN SOLUTION
        (kh, kw), (sh, sw), (ph, pw), (oh, ow) = pool_geometry(
            x.shape[2:], kernel_size, stride, padding
        )
        padded = F.pad(x, (pw, pw, ph, ph), value=float("-inf"))
        windows = padded.unfold(2, kh, sh).unfold(3, kw, sw)  # (N, C, H', W', kh, kw)
        values, place = windows.flatten(4).max(dim=4)
        row = torch.arange(oh, device=x.device)[:, None] * sh + place // kw
        column = torch.arange(ow, device=x.device) * sw + place % kw
        ctx.save_for_backward(row * padded.shape[3] + column)
        ctx.padded_shape = padded.shape
        ctx.inside = (..., slice(ph, ph + x.shape[2]), slice(pw, pw + x.shape[3]))
        return values
        ### END SOLUTION

    @staticmethod
    def backward(ctx, grad_output):
        """Return the gradient in `x` and three times None, from that in the output."""
        ### BEGIN SOLUTION
        (index,) = ctx.saved_tensors
        grad = grad_output.new_zeros(ctx.padded_shape).flatten(2)
        grad.scatter_add_(2, index.flatten(2), grad_output.flatten(2))
        return grad.view(ctx.padded_shape)[ctx.inside], None, None, None
        ### END SOLUTION

# %% [markdown]
# ## GeMPool2d
#
# Average or maximum? The generalised mean has both at its ends, and an exponent $p$ that the
# network learns:
#
# $$y_{n,c} = \left( \frac{1}{HW} \sum_{i,j} \max(x_{n,c,i,j},\, \varepsilon)^p \right)^{1/p}$$
#
# $p = 1$ is global average pooling of the clamped values, $p \to \infty$ global max pooling. Values
# are clamped from below at $\varepsilon$ (`eps`), since a power of a negative number may not exist;
# a value below gets no gradient (*clamp*). The layer works on whole maps of any size; its result
# has the shape $(N, C, 1, 1)$ and the dtype of `x`, to which the layer was converted. The attribute
# `p` is an `nn.Parameter` with one element (shape `()` or `(1,)`) that starts at the argument `p`,
# so that an optimiser can train it.
#
# **By hand.** The map `[[1, 2], [2, 1]]`, $p = 3$: $(1 + 8 + 8 + 1)/4 = 4.5$ and
# $4.5^{1/3} \approx 1.651$, between the mean 1.5 and the maximum 2.
#
# **Checked:** values, clamp, gradient, learnable p, batch, dtype, input.

# %%
class GeMPool2d(nn.Module):
    """Global pooling by the generalised mean with a learnable exponent.

    Maps (N, C, H, W) to (N, C, 1, 1) by y = mean(max(x, eps) ** p) ** (1 / p), in the dtype and
    on the device of `x`.

    Parameters
    ----------
    p : float
        Where the exponent starts. It is learned: the attribute `p`, a parameter of one element.
    eps : float
        Values are clamped from below at `eps`.

    Notes
    -----
    Radenovic et al. 2018, "Fine-tuning CNN image retrieval with no human annotation".

    Examples
    --------
    >>> GeMPool2d(p=1.0)(torch.tensor([[[[1.0, 2.0], [2.0, 1.0]]]])).item()
    1.5
    """

    def __init__(self, p=3.0, eps=1e-6):
        super().__init__()
        ### BEGIN SOLUTION
        self.p = nn.Parameter(torch.tensor([float(p)]))
        self.eps = eps
        ### END SOLUTION

    def forward(self, x):
        """Map (N, C, H, W) to (N, C, 1, 1)."""
        ### BEGIN SOLUTION
        powers = x.clamp(min=self.eps).pow(self.p)
        return powers.mean((2, 3), keepdim=True).pow(1 / self.p).to(x.dtype)
        ### END SOLUTION

# %% [markdown]
# ## BlurPool2d
#
# A layer that keeps every second pixel throws away everything between: shift the input by one pixel
# and the output may be quite another. Signal processing knows the cure, which is to blur before
# sampling. The blur here is the smallest binomial filter,
#
# $$K = \frac{1}{16} \begin{pmatrix} 1 & 2 & 1 \\ 2 & 4 & 2 \\ 1 & 2 & 1 \end{pmatrix},$$
#
# applied to each channel on its own (depthwise) in steps of `stride`, an int or a pair. The border
# is *reflected* by one pixel: beside `a b c` stand `b` on the left and `b` on the right (the edge
# pixel itself is not repeated). An output side has $\lfloor (H - 1)/s \rfloor + 1$ pixels.
#
# The filter is not trained: a buffer `kernel` (`register_buffer`), of which the last two axes are
# the 3×3 above and sum to 1. So it moves with `.to(...)` and is no parameter. The result has the
# dtype of `x`, to which the layer was converted. `H` and `W` are at least 2. Convolution is
# allowed.
#
# **By hand.** A map whose rows are all `4 0 0 4`, `stride=2`. Down the columns nothing changes.
# Along a row, with the reflected border, `0 [4 0 0 4] 0`, the filter $(1, 2, 1)/4$ gives `2 1 1 2`,
# of which the stride keeps `2 1`.
#
# **Checked:** values, stride, odd sizes, padding, batch, buffer, gradient, dtype, input.

# %%
class BlurPool2d(nn.Module):
    """Downsampling that blurs first, against aliasing.

    Maps (N, C, H, W) to (N, C, H', W') with H' = floor((H - 1) / stride) + 1, and W' likewise, in
    the dtype and on the device of `x`: reflect padding of 1, then a depthwise convolution with the
    3x3 binomial filter.

    Parameters
    ----------
    channels : int
        C, the number of channels.
    stride : int or (int, int)

    Notes
    -----
    The buffer `kernel` holds the filter in its last two axes. Zhang 2019, "Making convolutional
    networks shift-invariant again", section 3.

    Examples
    --------
    >>> BlurPool2d(1)(torch.tensor([4.0, 0.0, 0.0, 4.0]).expand(1, 1, 2, 4))
    tensor([[[[2., 1.]]]])
    """

    def __init__(self, channels, stride=2):
        super().__init__()
        ### BEGIN SOLUTION
        binomial = torch.tensor([1.0, 2.0, 1.0]) / 4
        self.register_buffer("kernel", torch.outer(binomial, binomial).repeat(channels, 1, 1, 1))
        self.stride = stride
        ### END SOLUTION

    def forward(self, x):
        """Map (N, C, H, W) to (N, C, H', W')."""
        ### BEGIN SOLUTION
        padded = F.pad(x, (1, 1, 1, 1), mode="reflect")
        return F.conv2d(padded, self.kernel.to(x.dtype), stride=self.stride, groups=x.shape[1])
        ### END SOLUTION

# %% [markdown]
# ## SpatialPyramidPool
#
# A fully connected layer wants a fixed number of inputs; a picture has any size. Spatial pyramid
# pooling pools the map adaptively to $l \times l$ for each level $l$, coarse and fine, and joins
# all into one vector per image, of length $C \sum_l l^2$ whatever $H$ and $W$ are.
#
# Level $l$ takes the maxima of the windows with rows
# $[\lfloor iH/l \rfloor, \lceil (i+1)H/l \rceil)$, and columns likewise. Its $(C, l, l)$ maxima are
# flattened in this order (channel first, then row, then column), and the levels follow each other
# in the order of `levels`, a tuple of at least one int ≥ 1; a level may be larger than the input.
# The gradient of a tie goes to the first maximum of the window in row-major order. Pooling
# operators are allowed here.
#
# **By hand.** Two channels, `[[1, 2], [3, 4]]` and `[[8, 7], [6, 5]]`, `levels=(1, 2)`: first the
# maxima of the whole channels, `4 8`, then level 2, channel by channel: `1 2 3 4  8 7 6 5`. That
# makes $2 \cdot (1 + 4) = 10$ numbers.
#
# **Checked:** values, order, levels, uneven, rectangles, gradient, ties, batch, dtype, input.

# %%
class SpatialPyramidPool(nn.Module):
    """One vector per image, of a length that does not depend on the image's size.

    Maps (N, C, H, W) to (N, C * sum(l * l for l in levels)), in the dtype and on the device of
    `x`: the levels in order, each an adaptive max pooling to (C, l, l), flattened.

    Parameters
    ----------
    levels : tuple of int

    Notes
    -----
    He et al. 2014, "Spatial pyramid pooling in deep convolutional networks for visual
    recognition", section 2.2.

    Examples
    --------
    >>> x = torch.tensor([[[[1.0, 2.0], [3.0, 4.0]], [[8.0, 7.0], [6.0, 5.0]]]])
    >>> SpatialPyramidPool((1, 2))(x)
    tensor([[4., 8., 1., 2., 3., 4., 8., 7., 6., 5.]])
    """

    def __init__(self, levels=(1, 2, 4)):
        super().__init__()
        ### BEGIN SOLUTION
        self.levels = tuple(levels)
        ### END SOLUTION

    def forward(self, x):
        """Map (N, C, H, W) to (N, C * sum of squared levels)."""
        ### BEGIN SOLUTION
        return torch.cat([F.adaptive_max_pool2d(x, level).flatten(1) for level in self.levels], 1)
        ### END SOLUTION

# %% [markdown]
# ## shift_consistency
#
# "Pooling makes a network invariant to translation" can be measured: shift an image a little, and
# see whether the network still says the same. The shift is circular (`torch.roll`: what leaves at
# the bottom or the right comes back on the other side), so that no border is made up. With the
# shifts
#
# $$S = \{0, \dots, m\}^2 \setminus \{(0, 0)\}, \qquad
#   \frac{1}{N\,|S|} \sum_{n} \sum_{(dy, dx) \in S}
#   \big[\, \arg\max f(\mathrm{roll}(x_n, dy, dx)) = \arg\max f(x_n) \,\big]$$
#
# is the share of (image, shift) pairs whose prediction stays; $m$ is `max_shift` ≥ 1, $dy$ moves
# down and $dx$ to the right. `module(x)` returns class scores `(N, classes)`, and the prediction is
# `module(x).argmax(1)`. Right or wrong does not matter here, only whether it is the same as for the
# unshifted image.
#
# Measure in eval mode and without gradients, and leave the module as you found it: every
# submodule's train or eval mode (they may differ) and every buffer as before (*modes*), no `.grad`
# written and no graph recorded (*gradients*). Return a Python `float` between 0 and 1 (*dtype*).
#
# **By hand.** `module = nn.Flatten()` on the 1×2 image `[[5, 0]]`, `max_shift=1`: it predicts 0. Of
# the three shifts, $(1, 0)$ changes nothing, $(0, 1)$ and $(1, 1)$ swap the pixels: it predicts 1.
# The consistency is 1/3.
#
# **Checked:** values, shifts, batch, modes, gradients, dtype, input.

# %%
def shift_consistency(module, x, max_shift):
    """Return how often a small circular shift leaves the predicted class as it was.

    Parameters
    ----------
    module : nn.Module
        Maps images to class scores (N, classes). Measured in eval mode; left as it was.
    x : Tensor, shape (N, C, H, W)
    max_shift : int
        Images are shifted by all (dy, dx) with 0 <= dy, dx <= max_shift, except (0, 0).

    Returns
    -------
    float
        The share, from 0 to 1, of (image, shift) pairs whose ``module(x).argmax(1)`` equals that
        of the unshifted image.

    Notes
    -----
    After the classification consistency of Zhang 2019, "Making convolutional networks
    shift-invariant again", section 4, with all small shifts instead of random ones.

    Examples
    --------
    >>> shift_consistency(nn.Flatten(), torch.tensor([[[[5.0, 0.0]]]]), 1)
    0.3333333333333333
    """
    ### BEGIN SOLUTION
    module = copy.deepcopy(module).eval()  # a copy: modes and buffers of the original stay
    shifts = [(dy, dx) for dy in range(max_shift + 1) for dx in range(max_shift + 1)]
    with torch.no_grad():
        before, *after = [module(x.roll(shift, (2, 3))).argmax(1) for shift in shifts]
    return sum((prediction == before).sum().item() for prediction in after) / (len(after) * len(x))
    ### END SOLUTION

# %% [markdown]
# ## Look at it
#
# A signal of two peaks moves by a pixel at a time. The maximum of every second pair jumps; blurred
# before it is subsampled, it glides. (This cell is not run for marks.)

# %% tags=["active-ipynb", "demo"]
# import matplotlib.pyplot as plt
#
# signal = torch.zeros(1, 1, 3, 24)
# signal[..., [6, 7, 15]] = torch.tensor([1.0, 0.6, 0.8])
# blur = BlurPool2d(1)
# figure, places = plt.subplots(1, 2, figsize=(7, 2.6), sharey=True)
# for shift in range(4):
#     moved = signal.roll(shift, -1)
#     places[0].plot(max_pool2d(moved, (1, 2))[0, 0, 0])
#     places[1].plot(blur(max_pool2d(moved, (1, 2), (1, 1)))[0, 0, 0], label=f"shift {shift}")
# places[0].set_title("maximum, stride 2")
# places[1].set_title("maximum, then blur")
# places[1].legend()
# plt.show()
