# %% [markdown]
# # Kernel size in NumPy
#
# After this notebook you can
#
# - say how far any stack of convolutions and poolings sees, and how far apart its neighbours look;
# - replace two convolutions by one that does exactly the same, and say why a net does not;
# - count what a stack of small kernels saves against one large kernel;
# - write the convolution and the pooling that read a text instead of an image.
#
# **How checking works.** Fill in a cell, run it, then run the cell under it. That one tries your
# function on small examples at once and names the property that fails. When the notebook is graded,
# random hidden cases test the properties that the task lists, and no others. Every exercise is
# worth 10 points, given per property: a convolution that is right but for its stride keeps most of
# them. Leave out what you like and take any order, since no exercise needs another's solution.
#
# **Rules.** NumPy and Python's own modules only (and matplotlib, to look at something). Names and
# arguments stay as they are. Loops are fine, and speed earns no points.

# %%
import numpy as np

# %% [markdown]
# ## What holds for every exercise
#
# - The dtype of an array is any float (`float16`, `float32`, `float64`), its values are finite and
#   may be negative. It may be a non-contiguous view. Never modify an input. Results have the dtype
#   of the inputs, which all have the same.
# - Convolution is what deep learning calls so: the kernel is *not* flipped (a cross-correlation).
# - Impossible geometry raises `ValueError`: a kernel larger than the padded input, a stride of 0.
#   The message contains the number at fault.
# - `kernel_size` and `input_size` of `stack_cost` are an int (a square) or a pair `(h, w)`.
# - A task ends with what is checked. *Integers*: a count is an int, not a float; *input*: a view is
#   as good as a plain array, and nothing was modified; *errors*: the `ValueError`.
#
# The next cell is given: `pair` turns an int into a pair.

# %%
def pair(value):
    """Return an int, or a pair (h, w), as a pair of ints."""
    h, w = value if isinstance(value, (tuple, list)) else (value, value)
    return int(h), int(w)

# %% [markdown]
# ## receptive_field
#
# Which pixels of the image can change one value behind a stack of layers? They form a square, whose
# side is the *receptive field*. Behind two 3×3 convolutions it is 5:
#
# ```
# image          . x x x x x .       5 pixels
#                   \ | | | /
# first 3×3          x x x           3 values, 1 pixel apart
#                     \|/
# second 3×3           x             1 value
# ```
#
# Keep two numbers while you go through the layers: the *size* $r$ of the receptive field, and the
# *jump* $j$, how many pixels of the image one value lies behind the one before. For the image
# itself both are 1. A layer of kernel $k$, stride $s$ and dilation $d$ reads $k$ values, each $d$
# behind the one before, so from the first to the last it is $d\,(k-1)$ steps of $j$ pixels:
#
# $$r' = r + d\,(k-1)\,j, \qquad j' = j\,s$$
#
# The stride counts only for the layers behind it, but for all of them. Pooling is a layer like the
# others: it has a kernel and a stride. Padding changes neither number.
#
# **By hand.** A 3×3 convolution of stride 1, 2×2 pooling of stride 2, a 3×3 convolution:
# $r = 1 + 2 \cdot 1 = 3$, then $3 + 1 \cdot 1 = 4$ with $j = 2$, then $4 + 2 \cdot 2 = 8$.
#
# *Kernels* are stacks without strides and dilation; *published nets* are LeNet-5, AlexNet, VGG-16
# and MobileNet. Every layer is a tuple of three ints, and there is at least one.
#
# **Checked:** kernels, jump, stride, dilation, published nets, integers, input, errors.

# %%
def receptive_field(layers):
    """Return how far a value behind a stack of layers sees.

    Parameters
    ----------
    layers : list of (int, int, int)
        Kernel size, stride and dilation of each layer, in order.

    Returns
    -------
    (int, int)
        Size of the last layer's receptive field and its jump, the distance of its neighbouring
        values; both in pixels of the input. r' = r + dilation * (kernel_size - 1) * jump and
        jump' = jump * stride, from (1, 1).

    Raises
    ------
    ValueError
        If a stride is 0; the message contains it.

    Notes
    -----
    Dumoulin and Visin 2016, "A guide to convolution arithmetic for deep learning"; Araujo et al.
    2019, "Computing receptive fields of convolutional neural networks".

    Examples
    --------
    >>> receptive_field([(3, 1, 1), (2, 2, 1), (3, 1, 1)])
    (8, 2)
    """
    ### BEGIN SOLUTION
    size, jump = 1, 1
    for layer in layers:
        kernel_size, stride, dilation = layer
        if min(layer) < 1:
            raise ValueError(
                f"receptive_field: layer (kernel_size={kernel_size}, stride={stride}, "
                f"dilation={dilation}): expected all of them to be at least 1"
            )
        size += dilation * (kernel_size - 1) * jump
        jump *= stride
    return size, jump
    ### END SOLUTION

# %% [markdown]
# ## compose_kernels
#
# A convolution is linear. Two of them, one behind the other with nothing in between, are linear
# too, and shift with the image: they are *one* convolution. Which kernel does it have? The first
# reads $x$ at distance $a$, the second reads that at distance $b$, so together they read $x$ at
# $a + b$:
#
# $$y_i = \sum_b w_b \sum_a v_a \; x_{i+a+b} = \sum_m u_m \, x_{i+m}, \qquad
#   u_m = \sum_{a+b=m} w_b \, v_a$$
#
# So every entry of the second kernel puts a copy of the first one, times itself, at its own place,
# and the copies add up. $k_1$ and $k_2$ places give $k_1 + k_2 - 1$. With channels, the entries
# become matrices that are multiplied: the $C_1$ channels in the middle are summed over,
#
# $$u_{o,c,m} = \sum_{a+b=m} \sum_{q} w_{o,q,b} \, v_{q,c,a}$$
#
# with rows and columns for each of $a$, $b$ and $m$. All kernels are square. (Stride 1, no padding,
# no bias.)
#
# **By hand.** `first = [[1, 2], [3, 4]]`, `second = [[1, 10], [0, 0]]`: a copy of `first` on the
# left and one of ten times `first` one column to the right,
#
# ```
# 1  2  .        .  10  20         1  12  20
# 3  4  .   +    .  30  40    =    3  34  40
# .  .  .        .   .   .         0   0   0
# ```
#
# Two 3×3 kernels make *a* 5×5 kernel, but not *any*: 18 numbers cannot make all choices of 25. What
# makes two layers more than one is the non-linearity between them.
#
# *Values* are single channels and kernels that look the same turned by 180°; *direction* takes
# others; *sizes* are kernels of different sizes.
#
# **Checked:** values, direction, sizes, channels, dtype, input.

# %%
def compose_kernels(first, second):
    """Return the kernel of the one convolution that equals two.

    Parameters
    ----------
    first : ndarray, shape (C1, C0, k1, k1)
    second : ndarray, shape (C2, C1, k2, k2), dtype of `first`
        Applied to what comes out of `first`.

    Returns
    -------
    ndarray, shape (C2, C0, k1 + k2 - 1, k1 + k2 - 1), dtype of `first`
        u with conv2d(x, u) == conv2d(conv2d(x, first), second) for every x, with stride 1, without
        padding and bias.

    Notes
    -----
    Ding et al. 2021, "Diverse branch block: building a convolution as an inception-like unit",
    merge a 1x1 and a k x k convolution in this way after training.

    Examples
    --------
    >>> first = np.array([[[[1.0, 2.0], [3.0, 4.0]]]])
    >>> second = np.array([[[[1.0, 10.0], [0.0, 0.0]]]])
    >>> compose_kernels(first, second)[0, 0]
    array([[ 1., 12., 20.],
           [ 3., 34., 40.],
           [ 0.,  0.,  0.]])
    """
    ### BEGIN SOLUTION
    k1, k2 = first.shape[-1], second.shape[-1]
    size = k1 + k2 - 1
    result = np.zeros((len(second), first.shape[1], size, size), first.dtype)
    for i in range(k2):
        for j in range(k2):
            copy = np.tensordot(second[:, :, i, j], first, axes=1)
            result[:, :, i : i + k1, j : j + k1] += copy
    return result
    ### END SOLUTION

# %% [markdown]
# ## stack_cost
#
# Three 3×3 convolutions see as far as one of 7×7. What do they cost? All convolutions of the stack
# have `channels` channels in and as many out, no bias, and *same* padding: the map keeps the size
# `input_size`, an int or a pair $(H, W)$. `kernel_size` is an int or a pair $(k_h, k_w)$.
#
# The *parameters* are the weights: a kernel of $k_h k_w$ for each pair of an input and an output
# channel, in each of the `depth` layers. A *MAC* (multiply-accumulate) is one product of a weight
# and a value; every weight makes one at every output pixel, also where it meets the padding:
#
# $$\text{parameters} = \text{depth} \cdot k_h k_w \cdot C^2, \qquad
#   \text{MACs} = \text{parameters} \cdot H W$$
#
# **By hand.** With $C$ channels, three 3×3 layers have $27\,C^2$ weights, one 7×7 layer has
# $49\,C^2$, which is 81 % more (the VGG paper's own sum, section 2.3). For 2 channels on 4×5 pixels
# these are 108 weights and 2160 MACs against 196 and 3920.
#
# *Parameters* and *macs* look at one count each, of a single layer; *depth* looks at both.
#
# **Checked:** parameters, macs, depth, rectangles, integers.

# %%
def stack_cost(kernel_size, depth, channels, input_size):
    """Return what a stack of equal convolutions costs.

    Parameters
    ----------
    kernel_size : int or (int, int)
    depth : int
        Number of convolutions.
    channels : int
        Input and output channels of each.
    input_size : int or (int, int)
        Height and width of the map, which same padding keeps.

    Returns
    -------
    (int, int)
        Parameters without biases, and multiply-accumulates for one image:
        depth * kh * kw * channels ** 2, and H * W times as many.

    Notes
    -----
    Simonyan and Zisserman 2014, "Very deep convolutional networks for large-scale image
    recognition", section 2.3.

    Examples
    --------
    >>> stack_cost(3, 3, 2, (4, 5)), stack_cost(7, 1, 2, (4, 5))
    ((108, 2160), (196, 3920))
    """
    ### BEGIN SOLUTION
    kh, kw = pair(kernel_size)
    height, width = pair(input_size)
    parameters = depth * kh * kw * channels**2
    return parameters, parameters * height * width
    ### END SOLUTION

# %% [markdown]
# ## conv1d
#
# A text is a row of words, and each word is a vector of $C$ numbers (its *embedding*). Written as
# `(N, C, L)`, a batch of texts is a batch of images of one row: the channels are the components of
# the vectors, the columns are the words. A kernel of width $k$ then reads $k$ words at once, with
# all their components, and slides over the text:
#
# $$y_{n,o,i} = b_o + \sum_{c} \sum_{0 \le a < k} w_{o,c,a} \; x_{n,\,c,\; i s + a - p}$$
#
# Padding adds `padding` zeros at *both* ends. The output has
# $L' = \lfloor (L + 2p - k)/s \rfloor + 1$ places. `stride` and `padding` are ints; `bias` has the
# shape `(O,)`, or is `None`.
#
# **By hand.** `x = [1, 2, 3, 4]` and the kernel `[1, 10]`: $1 + 20,\ 2 + 30,\ 3 + 40$, that is
# `[21, 32, 43]`. With stride 2 `[21, 43]`, with padding 1 `[10, 21, 32, 43, 4]`.
#
# **Checked:** values, channels, bias, stride, padding, batch, dtype, input, errors.

# %%
def conv1d(x, weight, bias=None, stride=1, padding=0):
    """Return the convolution of sequences with kernels.

    Parameters
    ----------
    x : ndarray, shape (N, C, L)
    weight : ndarray, shape (O, C, k), dtype of `x`
    bias : ndarray, shape (O,), dtype of `x`, or None
    stride, padding : int
        Padding counts as zeros.

    Returns
    -------
    ndarray, shape (N, O, L'), dtype of `x`
        L' = floor((L + 2 * padding - k) / stride) + 1.

    Raises
    ------
    ValueError
        If the stride is 0 or the kernel is larger than the padded input; the message contains the
        number at fault.

    Notes
    -----
    The semantics are those of ``torch.nn.functional.conv1d``. Kim 2014, "Convolutional neural
    networks for sentence classification", section 2.

    Examples
    --------
    >>> x, weight = np.array([[[1.0, 2.0, 3.0, 4.0]]]), np.array([[[1.0, 10.0]]])
    >>> conv1d(x, weight)
    array([[[21., 32., 43.]]])
    >>> conv1d(x, weight, padding=1)
    array([[[10., 21., 32., 43.,  4.]]])
    """
    ### BEGIN SOLUTION
    batch, channels, length = x.shape
    k = weight.shape[2]
    if k < 1 or stride < 1 or padding < 0 or k > length + 2 * padding:
        raise ValueError(
            f"conv1d: a sequence of {length} with kernel_size={k}, stride={stride}, "
            f"padding={padding}: expected 1 <= kernel_size <= {length + 2 * padding} (the padded "
            "length), stride >= 1 and padding >= 0"
        )
    steps = (length + 2 * padding - k) // stride + 1
    padded = np.pad(x, ((0, 0), (0, 0), (padding, padding)))
    # What lies under the kernel at each step, as a column: the layer is then one matrix product.
    shifts = [padded[:, :, a::stride][:, :, :steps] for a in range(k)]
    columns = np.stack(shifts, axis=2).reshape(batch, channels * k, steps)
    y = weight.reshape(-1, channels * k) @ columns
    return y if bias is None else y + bias[:, None]
    ### END SOLUTION

# %% [markdown]
# ## max_over_time
#
# Texts differ in length, the classifier behind them wants a vector of fixed size. So from every
# channel only the maximum over all steps is kept: *did this pattern occur anywhere, and how
# clearly?* Where it occurred is forgotten.
#
# In a batch, short sequences are filled up at the end to the length $L$ of the longest. What stands
# there is arbitrary and must not win: of sequence $n$ only the first `lengths[n]` steps count,
#
# $$y_{n,c} = \max_{0 \le t < \mathrm{lengths}_n} x_{n,c,t}, \qquad 1 \le \mathrm{lengths}_n \le L$$
#
# **By hand.** `x = [[[-3, -1, 0, 0]]]` with `lengths = [2]` gives `[[-1]]`: the two zeros behind
# are filling.
#
# *Values* are sequences without filling; *lengths* are others, whose filling may be large; in
# *negative* all values that count are below 0.
#
# **Checked:** values, lengths, negative, batch, dtype, input.

# %%
def max_over_time(x, lengths):
    """Return the maximum of each channel over the steps of each sequence.

    Parameters
    ----------
    x : ndarray, shape (N, C, L)
    lengths : int ndarray, shape (N,)
        How many steps of each sequence count, from 1 to L.

    Returns
    -------
    ndarray, shape (N, C), dtype of `x`
        y[n, c] = max over t < lengths[n] of x[n, c, t].

    Notes
    -----
    Collobert et al. 2011, "Natural language processing (almost) from scratch"; Kim 2014,
    "Convolutional neural networks for sentence classification", section 2.

    Examples
    --------
    >>> x = np.array([[[-3.0, -1.0, 0.0, 0.0]], [[1.0, 2.0, 3.0, 4.0]]])
    >>> max_over_time(x, np.array([2, 4]))
    array([[-1.],
           [ 4.]])
    """
    ### BEGIN SOLUTION
    counts = np.arange(x.shape[2]) < np.asarray(lengths)[:, None, None]
    return x.max(axis=2, where=counts, initial=-np.inf)
    ### END SOLUTION

# %% [markdown]
# ## Look at it
#
# A box of 2×2, composed with itself again and again: the kernel grows by one pixel a time, but what
# it really looks at grows much more slowly. A deep stack sees a blurred spot in the middle of its
# receptive field. (This cell is not run for marks.)

# %% tags=["active-ipynb", "demo"]
# import matplotlib.pyplot as plt
#
# box = np.ones((1, 1, 2, 2)) / 4
# kernel, stacks = box, {2: box}
# while kernel.shape[-1] < 17:
#     kernel = compose_kernels(kernel, box)
#     stacks[kernel.shape[-1]] = kernel
# figure, places = plt.subplots(1, 4, figsize=(8, 2.4))
# for place, size in zip(places, (2, 5, 9, 17), strict=True):
#     place.imshow(stacks[size][0, 0], cmap="gray_r", vmin=0)
#     place.set_title(f"{size}×{size}")
#     place.axis("off")
# plt.show()
