# %% [markdown]
# # Downsampling in PyTorch
#
# After this notebook you can
#
# - take a network apart and put it together again with strided convolutions in place of pooling;
# - write both ways in which a residual block's shortcut gets past a stride, and the layer that
#   enlarges maps without a checkerboard;
# - measure how much of the gradient arrives at the first layer.
#
# **How checking works.** Fill in a cell, run it, then run the cell under it. That one tries your
# code on small examples at once and names the property that fails. When the notebook is graded,
# random hidden cases test the properties that the task lists, and no others. Every exercise is
# worth 10 points, given per property: a layer that is right but for one mistake keeps most of them.
# Leave out what you like and take any order, since no exercise needs another's solution.
#
# **Rules.** PyTorch and Python's own modules only (and matplotlib, to look at something). Names and
# arguments stay as they are. `ResizeConv2d` may not call a transposed convolution
# (`nn.ConvTranspose2d`, `F.conv_transpose2d`, ...), directly or not; otherwise all of PyTorch is
# allowed.

# %%
import copy

import torch
import torch.nn.functional as F
from torch import nn

# %% [markdown]
# ## What holds for every exercise
#
# - A tensor is `(N, C, H, W)`: images, channels, rows, columns. `N` and `C` may be 1, `H` and `W`
#   odd or different. Its dtype is `float32` or `float64`, its values are finite and may be
#   negative. It may be a non-contiguous view. Never modify an input.
# - A module's result has the input's dtype and is on the input's device (CPU or CUDA), to which
#   the module was moved.
# - Gradients flow to inputs and weights: in `float64`, `torch.autograd.gradcheck` passes.
# - `stride` and `kernel_size` are an int or a pair `(h, w)`. How you build a module is up to you,
#   and so are the names of its parts, where the task gives none.
# - A task ends with what is checked. *Rectangles* are pairs and images that are not square;
#   *stride* includes sizes that are no multiple of it; *batch* is `N` and `C`, 1 or more; *dtype*
#   includes the device; *input*: a view is as good as a plain tensor, and nothing was modified.

# %% [markdown]
# ## replace_pooling
#
# "Striving for simplicity" asked what is lost if a network has no pooling at all. Its recipe
# (All-CNN): where a pooling layer stood, put a convolution with the same kernel, stride and padding
# that keeps the number of channels, and the usual non-linearity after it. Do this to any network
# made of `nn.Sequential`s, which may be nested.
#
# Return a deep copy of `model`, in which every `nn.MaxPool2d` is an `nn.Conv2d` followed by
# an `nn.ReLU`, in one `nn.Sequential` of their own or not. All other layers come in the same order
# with the same weights. How many channels arrive at a pooling layer is not written on it: look at
# the convolutions before it. The new convolution has a bias, no dilation and no groups, pads with
# zeros, and lies on the device, and in the dtype, of the last convolution before it; its weights
# are PyTorch's initial ones, and its own. `model` itself stays as it was: the copy shares no weight
# with it (*copy*). There is a convolution before each pool, and no pool uses dilation or
# `ceil_mode`.
#
# **By hand.**
#
# ```
# Conv2d(1, 8, 3)                     Conv2d(1, 8, 3)
# ReLU()                              ReLU()
# MaxPool2d(2)               ->       Conv2d(8, 8, 2, stride=2)
#                                     ReLU()
# Flatten()                           Flatten()
# ```
#
# **Checked:** geometry, channels, nesting, ReLU, other layers, copy, dtype.

# %%
def replace_pooling(model):
    """Return a copy of a network with strided convolutions in place of max pooling.

    Parameters
    ----------
    model : nn.Sequential
        Its parts may be Sequentials too; there is a convolution before each ``nn.MaxPool2d``.

    Returns
    -------
    nn.Sequential
        A deep copy in which an ``nn.Conv2d``, followed by an ``nn.ReLU``, stands for each
        ``nn.MaxPool2d``: same kernel, stride and padding, as many channels out as in. Its output
        has the shape of the model's.

    Notes
    -----
    Springenberg et al. 2015, "Striving for simplicity: the all convolutional net", section 2
    (the variant All-CNN).

    Examples
    --------
    >>> replace_pooling(nn.Sequential(nn.Conv2d(1, 8, 3), nn.MaxPool2d(2)))[1][0]
    Conv2d(8, 8, kernel_size=(2, 2), stride=(2, 2))
    """
    ### BEGIN SOLUTION
    last = None

    def replaced(layer):
        nonlocal last
        if isinstance(layer, nn.Sequential):
            for i, part in enumerate(layer):
                layer[i] = replaced(part)
        elif isinstance(layer, nn.Conv2d):
            last = layer
        elif isinstance(layer, nn.MaxPool2d):
            conv = nn.Conv2d(
                last.out_channels, last.out_channels, layer.kernel_size, layer.stride, layer.padding
            )
            return nn.Sequential(conv.to(last.weight), nn.ReLU())
        return layer

    return replaced(copy.deepcopy(model))
    ### END SOLUTION

# %% [markdown]
# ## PoolShortcut
#
# A residual block adds its input to its output. Where the block halves the map and raises the
# number of channels, the two no longer fit, and the shortcut has to shrink and widen as well. The
# way without a weight: average over windows of `stride` × `stride` pixels, then append channels of
# zeros. So the gradient gets back through means and copies only, past no weight at all.
#
# $$y_{n,c} = \begin{cases} \text{avgpool}_{s}(x_{n,c}) & c < C \\
#   0 & C \le c < C_\text{out} \end{cases} \qquad H' = \lfloor H / s \rfloor$$
#
# The windows do not overlap (kernel = stride); rows and columns that fill no window are left out.
# `out_channels` ≥ `in_channels`. There is no parameter (*no weights*).
#
# **By hand.** One channel `[[1, 3], [5, 7]]`, `PoolShortcut(1, 3, 2)`: the mean is 4, and the three
# output channels hold 4, 0 and 0.
#
# **Checked:** values, channels, stride, rectangles, batch, gradient, no weights, dtype, input.

# %%
class PoolShortcut(nn.Module):
    """A shortcut without weights: average pooling, then channels of zeros.

    Maps (N, in_channels, H, W) to (N, out_channels, H', W') with H' = floor(H / stride), and W'
    likewise, in the dtype and on the device of `x`.

    Parameters
    ----------
    in_channels, out_channels : int
        ``out_channels`` is at least ``in_channels``.
    stride : int or (int, int)
        Of the windows, and their size.

    Notes
    -----
    After option A of He et al. 2016, "Deep residual learning for image recognition", section 3.3,
    with a mean in place of a subsampled pixel.

    Examples
    --------
    >>> PoolShortcut(1, 3, 2)(torch.tensor([[[[1.0, 3.0], [5.0, 7.0]]]])).flatten()
    tensor([4., 0., 0.])
    """

    def __init__(self, in_channels, out_channels, stride):
        super().__init__()
        ### BEGIN SOLUTION
        self.stride = stride
        self.extra = out_channels - in_channels
        ### END SOLUTION

    def forward(self, x):
        """Map (N, in_channels, H, W) to (N, out_channels, H', W')."""
        ### BEGIN SOLUTION
        return F.pad(F.avg_pool2d(x, self.stride), (0, 0, 0, 0, 0, self.extra))
        ### END SOLUTION

# %% [markdown]
# ## ProjectionShortcut
#
# The other way past a stride, the one that most networks took: a 1×1 convolution with that stride,
# without bias, brings the channels to the right number, and a batch normalisation follows.
#
# $$z_{n,o,i,j} = \sum_c w_{o,c} \; x_{n,\,c,\; i s_h,\; j s_w}, \qquad
#   y = \gamma \, \frac{z - \mu}{\sqrt{\sigma^2 + 10^{-5}}} + \beta$$
#
# In train mode $\mu$ and $\sigma^2$ are the mean and variance of each channel over the batch and
# its pixels; in eval mode they are the running ones (*eval mode*), as in
# `nn.BatchNorm2d` with its defaults. A 1×1 kernel with stride 2 looks at one pixel in four and
# never at the others. The parameters are the convolution's weight, $\gamma$ and $\beta$: three
# tensors (*parameters*).
#
# **By hand.** The row `[[1, 9, 3]]`, `ProjectionShortcut(1, 1, 2)` with $w = 2$: $z = (2, 6)$, its
# mean is 4 and its variance 4, so $y = (-1, 1)$ but for the $10^{-5}$. The 9 is never seen.
#
# **Checked:** values, stride, rectangles, channels, eval mode, gradient, parameters, dtype, input.

# %%
class ProjectionShortcut(nn.Module):
    """A shortcut with weights: a strided 1x1 convolution without bias, then batch norm.

    Maps (N, in_channels, H, W) to (N, out_channels, H', W') with
    H' = floor((H - 1) / stride) + 1, and W' likewise, in the dtype and on the device of `x`.

    Parameters
    ----------
    in_channels, out_channels : int
    stride : int or (int, int)

    Notes
    -----
    Option B of He et al. 2016, "Deep residual learning for image recognition", section 3.3.

    Examples
    --------
    >>> ProjectionShortcut(16, 32, 2)(torch.ones(4, 16, 7, 8)).shape
    torch.Size([4, 32, 4, 4])
    """

    def __init__(self, in_channels, out_channels, stride):
        super().__init__()
        ### BEGIN SOLUTION
        self.conv = nn.Conv2d(in_channels, out_channels, 1, stride, bias=False)
        self.norm = nn.BatchNorm2d(out_channels)
        ### END SOLUTION

    def forward(self, x):
        """Map (N, in_channels, H, W) to (N, out_channels, H', W')."""
        ### BEGIN SOLUTION
        return self.norm(self.conv(x))
        ### END SOLUTION

# %% [markdown]
# ## first_layer_gradient_norm
#
# Does the gradient get through a deep network? Measure it where it has come the longest way: in the
# first parameter $\theta_1$, that is, the first that `model.parameters()` gives. With the
# cross-entropy of the model's scores, averaged over the batch,
#
# $$L = \frac{1}{N} \sum_n -\log \mathrm{softmax}(f(x_n))_{t_n}, \qquad
#   \left\lVert \frac{\partial L}{\partial \theta_1} \right\rVert_2
#   = \sqrt{\sum_i \left( \frac{\partial L}{\partial \theta_{1,i}} \right)^2}$$
#
# Measure in the mode, train or eval, that the model is in (*mode*), and leave it in that mode.
# Every parameter's `.grad` stays as it was, `None` or a tensor (*grad untouched*): whoever trains
# the model may be in the middle of adding gradients up. Return a Python `float` (*dtype*).
# `target` holds one class per image, as integers.
#
# **By hand.** `model` is `nn.Linear(2, 2, bias=False)` with weights 0, `x = [[1, 1]]`,
# `target = [0]`. Both scores are 0, so softmax gives 1/2 each, and the gradient in the scores is
# $(1/2 - 1,\ 1/2)$. Times $x$ that makes `[[-1/2, -1/2], [1/2, 1/2]]` in the weights, of norm
# $\sqrt{4 \cdot 1/4} = 1$.
#
# **Checked:** values, first parameter, batch, mode, grad untouched, dtype, input.

# %%
def first_layer_gradient_norm(model, x, target):
    """Return the L2 norm of the cross-entropy's gradient in a model's first parameter.

    Parameters
    ----------
    model : nn.Module
        Maps inputs to class scores (N, classes). Its mode and its `.grad`s stay as they were.
    x : Tensor, shape (N, ...)
    target : integer Tensor, shape (N,)
        The right classes.

    Returns
    -------
    float
        The norm for the loss averaged over the batch, in the mode that the model is in.

    Notes
    -----
    Gradients that vanish or explode on the way to the first layers: Glorot & Bengio 2010,
    "Understanding the difficulty of training deep feedforward neural networks", section 4.

    Examples
    --------
    >>> model = nn.Linear(2, 2, bias=False)
    >>> _ = nn.init.zeros_(model.weight)
    >>> first_layer_gradient_norm(model, torch.tensor([[1.0, 1.0]]), torch.tensor([0]))
    1.0
    """
    ### BEGIN SOLUTION
    loss = F.cross_entropy(model(x), target)
    (gradient,) = torch.autograd.grad(loss, next(model.parameters()))
    return gradient.norm().item()
    ### END SOLUTION

# %% [markdown]
# ## ResizeConv2d
#
# A transposed convolution whose stride does not divide its kernel writes some output pixels more
# often than others, which shows as a checkerboard. The cure treats all pixels alike: first enlarge
# the map by copying each pixel `scale` times in both directions (nearest neighbour), then convolve
# with stride 1, padded with zeros so that the size stays:
#
# $$y = w \star \text{up}_s(x) + b, \qquad
#   \text{up}_s(x)_{i,j} = x_{\lfloor i/s \rfloor,\, \lfloor j/s \rfloor}, \qquad H' = s H$$
#
# The convolution is an `nn.Conv2d` with bias in the attribute `conv`. `kernel_size` is an odd int
# or a pair of such, `scale` an int ≥ 1.
#
# **By hand.** The row `[[1, 2]]`, `scale=2`, becomes `[[1, 1, 2, 2], [1, 1, 2, 2]]`. A kernel
# `[[1, 1, 1]]` (`kernel_size=(1, 3)`) without bias then gives `2 4 5 4` in each of the two rows:
# at the ends one of three pixels is padding.
#
# **Not allowed:** any transposed convolution.
#
# **Checked:** values, scale, padding, rectangles, batch, gradient, dtype, input.

# %%
class ResizeConv2d(nn.Module):
    """Nearest-neighbour upsampling, then a convolution that keeps the size.

    Maps (N, in_channels, H, W) to (N, out_channels, scale * H, scale * W), in the dtype and on the
    device of `x`. The attribute `conv` is the ``nn.Conv2d``, with bias and zero padding.

    Parameters
    ----------
    in_channels, out_channels : int
    kernel_size : int or (int, int)
        Odd.
    scale : int

    Notes
    -----
    Odena, Dumoulin & Olah 2016, "Deconvolution and checkerboard artifacts", Distill.

    Examples
    --------
    >>> ResizeConv2d(8, 4, 3, 2)(torch.ones(1, 8, 5, 7)).shape
    torch.Size([1, 4, 10, 14])
    """

    def __init__(self, in_channels, out_channels, kernel_size, scale):
        super().__init__()
        ### BEGIN SOLUTION
        self.conv = nn.Conv2d(in_channels, out_channels, kernel_size, padding="same")
        self.scale = scale
        ### END SOLUTION

    def forward(self, x):
        """Map (N, in_channels, H, W) to (N, out_channels, scale * H, scale * W)."""
        ### BEGIN SOLUTION
        return self.conv(F.interpolate(x, scale_factor=self.scale, mode="nearest"))
        ### END SOLUTION
