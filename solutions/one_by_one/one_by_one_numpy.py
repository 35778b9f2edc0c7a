# %% [markdown]
# # 1×1 convolutions in NumPy
#
# After this notebook you can
#
# - write a 1×1 convolution and its backward pass as matrix products over the channels;
# - show that it does not see where a pixel lies;
# - count the parameters and multiplications of GoogLeNet's blocks and of depthwise separable
#   convolutions, and say what the 1×1 convolutions in them save.
#
# **How checking works.** Fill in a cell, run it, then run the cell under it. That one tries your
# function on small examples at once and names the property that fails. When the notebook is graded,
# random hidden cases test the properties that the task lists, and no others. Every exercise is
# worth 10 points, given per property: a count that is right but for the multiplications keeps the
# points for the parameters. Leave out what you like and take any order, since no exercise needs
# another's solution.
#
# **Rules.** NumPy and Python's own modules only (and matplotlib, to look at something). Names and
# arguments stay as they are. `conv1x1` is to be written without a loop; the other four exercises
# may loop.

# %%
import numpy as np

# %% [markdown]
# ## What holds for every exercise
#
# - An array is `(N, C, H, W)`: images, channels, rows, columns. `N` and `C` may be 1, `H` and `W`
#   odd or different. Its dtype is any float (`float16`, `float32`, `float64`), its values are
#   finite and may be negative. It may be a non-contiguous view. Never modify an input. Results have
#   the dtype of the input, and weights and biases have it too.
# - `kernel_size` and `input_size` are an int (a square) or a pair `(h, w)`.
# - A cost is a tuple of two ints `(parameters, macs)`. The *parameters* are the weights alone:
#   biases are not counted. A *MAC* (multiply-accumulate) is one product of a weight and a value. A
#   convolution uses each weight once at every output position, so
#
#   $$\text{MACs} = \text{parameters} \cdot H' \cdot W'$$
#
#   for one image and an output of $H' \times W'$ pixels. Padding is multiplied like everything
#   else. Pooling multiplies nothing.
# - A task ends with what is checked. *Rectangles* are images and kernels that are not square;
#   *batch* is `N` and `C`, 1 or more; *input*: a view is as good as a plain array, and nothing was
#   modified.
#
# The next cell is given: `pair` turns an int into a pair.

# %%
def pair(value):
    """Return an int, or a pair (h, w), as a pair of ints."""
    h, w = value if isinstance(value, (tuple, list)) else (value, value)
    return int(h), int(w)

# %% [markdown]
# ## conv1x1
#
# A convolution whose kernel covers a single pixel looks at no neighbour. What is left is a weighted
# sum over the channels, the same at every pixel:
#
# $$y_{n,o,i,j} = b_o + \sum_{c} w_{o,c} \; x_{n,c,i,j}$$
#
# Take the $C$ values of one pixel as a vector: the layer multiplies it by the matrix `weight`, of
# shape `(O, C)`. It is a fully connected layer that all pixels share. `bias` has the shape `(O,)`,
# or is `None`.
#
# All pixels of all images are one matrix product, `@`, `np.einsum` or `np.tensordot`, so there is
# nothing to loop over: **no `for`, no `while`, no comprehension**, neither in `conv1x1` nor in a
# function that it calls. (NumPy's own functions may do inside what they like.)
#
# **By hand.** One pixel with the channels `(1, 2)` and `weight = [[3, 4], [5, 6], [0, 1]]`: three
# channels come out, $3 \cdot 1 + 4 \cdot 2 = 11$, $5 \cdot 1 + 6 \cdot 2 = 17$ and $2$.
#
# **Checked:** values, bias, channels, rectangles, batch, dtype, input.

# %%
def conv1x1(x, weight, bias=None):
    """Return the 1x1 convolution of `x`, by one matrix product.

    Parameters
    ----------
    x : ndarray, shape (N, C, H, W)
    weight : ndarray, shape (O, C), dtype of `x`
    bias : ndarray, shape (O,), dtype of `x`, or None

    Returns
    -------
    ndarray, shape (N, O, H, W), dtype of `x`
        y[n, o, i, j] = bias[o] + sum over c of weight[o, c] * x[n, c, i, j].

    Notes
    -----
    Lin et al. 2013, "Network in network", section 3.1, where it is called cascaded cross channel
    parametric pooling.

    Examples
    --------
    >>> x = np.array([1.0, 2.0]).reshape(1, 2, 1, 1)
    >>> conv1x1(x, np.array([[3.0, 4.0], [5.0, 6.0], [0.0, 1.0]])).ravel()
    array([11., 17.,  2.])
    """
    ### BEGIN SOLUTION
    n, c, h, w = x.shape
    y = weight @ x.reshape(n, c, h * w)
    if bias is not None:
        y += bias[:, None]
    return y.reshape(n, len(weight), h, w)
    ### END SOLUTION

# %% [markdown]
# ## conv1x1_backward
#
# `grad_output`, of shape `(N, O, H, W)`, is the loss's gradient in the output. Since
# $y_{n,o,i,j} = b_o + \sum_c w_{o,c}\, x_{n,c,i,j}$, the chain rule gives
#
# $$\frac{\partial L}{\partial x_{n,c,i,j}} = \sum_o w_{o,c}\, g_{n,o,i,j}, \qquad
#   \frac{\partial L}{\partial w_{o,c}} = \sum_{n,i,j} g_{n,o,i,j}\, x_{n,c,i,j}, \qquad
#   \frac{\partial L}{\partial b_o} = \sum_{n,i,j} g_{n,o,i,j}$$
#
# with $g$ for `grad_output`. The first is a 1×1 convolution again, by the transposed matrix: the
# error flows back from the output channels to the input channels, pixel by pixel. The other two add
# up over all pixels of all images, because all of them share the weights.
#
# **By hand.** Two pixels in a row, one channel in, one out: `x = [2, 3]`, `weight = [[5]]`,
# `grad_output = [1, 10]`. Then `grad_x = [5, 50]`, `grad_weight = [[2·1 + 3·10]] = [[32]]` and
# `grad_bias = [11]`.
#
# **Checked:** grad_x, grad_weight, grad_bias, rectangles, batch, dtype, input.

# %%
def conv1x1_backward(grad_output, x, weight):
    """Return the gradients of a 1x1 convolution in its input, weight and bias.

    Parameters
    ----------
    grad_output : ndarray, shape (N, O, H, W), dtype of `x`
        The loss's gradient in the output.
    x : ndarray, shape (N, C, H, W)
        The input of the forward pass.
    weight : ndarray, shape (O, C), dtype of `x`

    Returns
    -------
    grad_x : ndarray, shape (N, C, H, W)
    grad_weight : ndarray, shape (O, C)
    grad_bias : ndarray, shape (O,)
        All with the dtype of `x`.

    Notes
    -----
    The gradients are those of ``torch.nn.functional.conv2d`` with a kernel of 1x1.

    Examples
    --------
    >>> x, grad = np.array([[[[2.0, 3.0]]]]), np.array([[[[1.0, 10.0]]]])
    >>> for gradient in conv1x1_backward(grad, x, np.array([[5.0]])):
    ...     print(gradient.ravel())
    [ 5. 50.]
    [32.]
    [11.]
    """
    ### BEGIN SOLUTION
    n, c, h, w = x.shape
    grad = grad_output.reshape(n, len(weight), h * w)
    pixels = x.reshape(n, c, h * w)
    grad_x = (weight.T @ grad).reshape(x.shape)
    grad_weight = (grad @ pixels.transpose(0, 2, 1)).sum(axis=0)
    return grad_x, grad_weight, grad.sum(axis=(0, 2))
    ### END SOLUTION

# %% [markdown]
# ## permute_pixels
#
# A network of 1×1 convolutions treats every pixel alike and never compares two of them. Then it
# cannot know where a pixel lies: shuffle the pixels, and its outputs are shuffled in the same way.
# To try this, we need the shuffle.
#
# Number the $H \cdot W$ pixels in row-major order (left to right, then down). In the result, pixel
# $i$ is what was pixel $\pi_i$ of the input, with the same permutation $\pi$ for every channel of
# every image:
#
# $$\mathrm{out}[\dots, i] = x[\dots, \pi_i]$$
#
# on the flattened pixels. `permutation` is an int array of length $H \cdot W$ that holds each of
# the numbers from 0 to $HW - 1$ once. The result has the shape of `x`.
#
# **By hand.** The 2×2 image `[[10, 11], [12, 13]]` has the pixels `10, 11, 12, 13`. With the
# permutation `[1, 2, 3, 0]`, out[0] is pixel 1, out[1] is pixel 2, and so on:
# `[[11, 12], [13, 10]]`.
#
# **Checked:** values, direction, rectangles, batch, dtype, input.

# %%
def permute_pixels(x, permutation):
    """Return the pixels of every channel in a new order.

    Parameters
    ----------
    x : ndarray, shape (N, C, H, W)
    permutation : int ndarray, shape (H * W,)
        Each of 0, ..., H * W - 1 once.

    Returns
    -------
    ndarray, shape and dtype of `x`
        On the flattened pixels, out[..., i] = x[..., permutation[i]].

    Examples
    --------
    >>> x = np.array([10.0, 11.0, 12.0, 13.0]).reshape(1, 1, 2, 2)
    >>> permute_pixels(x, np.array([1, 2, 3, 0]))
    array([[[[11., 12.],
             [13., 10.]]]])
    """
    ### BEGIN SOLUTION
    n, c, h, w = x.shape
    return np.take(x.reshape(n, c, h * w), permutation, axis=2).reshape(x.shape)
    ### END SOLUTION

# %% [markdown]
# ## inception_cost
#
# A block of GoogLeNet looks at its input in four ways at once and stacks the four results. Large
# kernels on many channels are expensive, so a 1×1 convolution first makes the channels fewer:
#
# ```
#  branch 1    1×1                                        ->  n1x1
#  branch 2    1×1 -> n3x3_reduce    3×3                  ->  n3x3
#  branch 3    1×1 -> n5x5_reduce    5×5                  ->  n5x5
#  branch 4    3×3 max pooling       1×1                  ->  pool_proj
# ```
#
# With `reduced=False` it is the naive block: the 3×3 and the 5×5 convolution read the input
# itself, and the pooled input is passed on as it is. The widths `n3x3_reduce`, `n5x5_reduce` and
# `pool_proj` then count for nothing.
#
# Everything keeps the size of the map (the 3×3 is padded by 1, the 5×5 by 2), so each weight is
# used $H \cdot W$ times. Biases are not counted.
#
# **By hand.** 4 channels in, all six widths 1, one pixel. Reduced: $4$ in branch 1,
# $4 + 9$ in branch 2, $4 + 25$ in branch 3, $4$ in branch 4, together 50. Naive:
# $4 + 9 \cdot 4 + 25 \cdot 4 = 140$. On a map of 2×3 pixels, six times as many MACs, no more
# parameters.
#
# **Checked:** parameters, macs, naive parameters, naive macs, rectangles.

# %%
def inception_cost(in_channels, n1x1, n3x3_reduce, n3x3, n5x5_reduce, n5x5, pool_proj, input_size,
                   reduced=True):
    """Return what one of GoogLeNet's blocks costs.

    Parameters
    ----------
    in_channels : int
    n1x1, n3x3_reduce, n3x3, n5x5_reduce, n5x5, pool_proj : int
        Output channels of the six convolutions.
    input_size : int or (int, int)
        Height and width of the map.
    reduced : bool
        Whether 1x1 convolutions reduce the channels before the 3x3 and the 5x5 convolution and
        project the pooled branch; else those two read the input, and the pooled branch has no
        convolution.

    Returns
    -------
    (int, int)
        Parameters without biases, and multiply-accumulates for one image.

    Notes
    -----
    Szegedy et al. 2014, "Going deeper with convolutions", figure 2; the widths of the nine blocks
    stand in table 1.

    Examples
    --------
    The block "inception (3a)":

    >>> inception_cost(192, 64, 96, 128, 16, 32, 32, 28)
    (163328, 128049152)
    """
    ### BEGIN SOLUTION
    h, w = pair(input_size)
    parameters = in_channels * n1x1
    if reduced:
        parameters += in_channels * n3x3_reduce + 3 * 3 * n3x3_reduce * n3x3
        parameters += in_channels * n5x5_reduce + 5 * 5 * n5x5_reduce * n5x5
        parameters += in_channels * pool_proj
    else:
        parameters += 3 * 3 * in_channels * n3x3 + 5 * 5 * in_channels * n5x5
    return parameters, parameters * h * w
    ### END SOLUTION

# %% [markdown]
# ## separable_cost
#
# A convolution does two things at once: it looks around and it mixes channels. A *depthwise
# separable* convolution does one after the other. First each channel is filtered on its own, by one
# kernel of $k_h \times k_w$ (depthwise: as many channels come out as go in). Then a 1×1 convolution
# mixes the channels (pointwise).
#
# The depthwise step is padded so that the map keeps its size of $H \times W$ (*same* padding);
# kernels have odd sides. Biases are not counted.
#
# **By hand.** 2 channels in, 5 out, a 3×3 kernel: $2 \cdot 9 + 2 \cdot 5 = 28$ parameters, where
# the ordinary convolution has $5 \cdot 2 \cdot 9 = 90$. On 4×4 pixels: $28 \cdot 16 = 448$ MACs.
#
# **Checked:** parameters, macs, rectangles.

# %%
def separable_cost(in_channels, out_channels, kernel_size, input_size):
    """Return what a depthwise convolution with a 1x1 convolution behind it costs.

    Parameters
    ----------
    in_channels, out_channels : int
    kernel_size : int or (int, int)
        Of the depthwise convolution; odd.
    input_size : int or (int, int)
        Height and width of the map, which same padding keeps.

    Returns
    -------
    (int, int)
        Parameters without biases, and multiply-accumulates for one image.

    Notes
    -----
    Howard et al. 2017, "MobileNets", section 3.1.

    Examples
    --------
    >>> separable_cost(2, 5, 3, 4)
    (28, 448)
    """
    ### BEGIN SOLUTION
    kh, kw = pair(kernel_size)
    h, w = pair(input_size)
    parameters = in_channels * kh * kw + in_channels * out_channels
    return parameters, parameters * h * w
    ### END SOLUTION
