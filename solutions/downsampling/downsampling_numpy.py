# %% [markdown]
# # Downsampling in NumPy
#
# After this notebook you can
#
# - say what a convolution costs, in weights and in multiplications, and what a stride saves;
# - take a strided convolution apart: a convolution of stride 1, most of which is thrown away;
# - go the other way, from a small map to a large one, with a transposed convolution, and see in
#   whole numbers why it draws checkerboards.
#
# **How checking works.** Fill in a cell, run it, then run the cell under it. That one tries your
# function on small examples at once and names the property that fails. When the notebook is graded,
# random hidden cases test the properties that the task lists, and no others. Every exercise is
# worth 10 points, given per property: a layer that is right but for its padding keeps most of them.
# Leave out what you like and take any order, since no exercise needs another's solution.
#
# **Rules.** NumPy and Python's own modules only (and matplotlib, to look at something). Names and
# arguments stay as they are. Speed earns no points.

# %%
import numpy as np

# %% [markdown]
# ## What holds for every exercise
#
# - An array is `(N, C, H, W)`: images, channels, rows, columns. `N` and `C` may be 1, `H` and `W`
#   odd or different. Its dtype is any float (`float16`, `float32`, `float64`), its values are
#   finite and may be negative. It may be a non-contiguous view. Never modify an input.
# - The result has the dtype of `x`, and may be a view of it.
# - `input_size`, `kernel_size`, `stride` and `padding` are an int or a pair `(h, w)`.
# - Impossible geometry raises `ValueError`: a stride of 0, a kernel larger than the padded input,
#   an output without pixels. The message contains the number at fault.
# - A task ends with what is checked. *Rectangles* are pairs and images that are not square; *odd
#   sizes* are no multiple of the stride; *batch* is `N` and `C`, 1 or more; *integers*: numbers of
#   an integer type; *input*: a view is as good as a plain array, and nothing was modified;
#   *errors*: the `ValueError`.
#
# The next cell is given: `pair` turns both forms of an argument into a pair.

# %%
def pair(value):
    """Return an int, or a pair (h, w), as a pair of ints."""
    h, w = value if isinstance(value, (tuple, list)) else (value, value)
    return int(h), int(w)

# %% [markdown]
# ## conv2d_cost
#
# What does a convolution cost? In memory, its parameters; in work, its multiply-accumulates (MACs:
# one multiplication and the addition that follows). A kernel holds $k_h k_w$ weights for each input
# channel that it reads, and there is one kernel per output channel. With $G$ `groups` the channels
# are split into $G$ equal parts that do not see each other, so that a kernel reads $C / G$ channels
# (AlexNet did this to spread over two GPUs; $G = C$ is a depthwise convolution):
#
# $$\text{weights} = O \cdot \frac{C}{G} \cdot k_h k_w, \qquad
#   \text{MACs} = \text{weights} \cdot H' W', \qquad
#   H' = \left\lfloor \frac{H + 2p - k}{s} \right\rfloor + 1$$
#
# Each weight is used once per output pixel, whether it meets a real pixel or a padded zero.
# A bias adds one parameter per output channel, and no MAC: it is only added. Count for one image,
# and return Python or NumPy integers (`//` keeps them so, `/` does not). `input_size` is
# $(H, W)$; `groups` divides both channel numbers.
#
# **By hand.** The first layer of ResNet: 3 → 64 channels, 7×7, stride 2, padding 3, no bias, on
# 224×224 pixels. Weights: $64 \cdot 3 \cdot 7 \cdot 7 = 9408$. Output side:
# $\lfloor (224 + 6 - 7) / 2 \rfloor + 1 = 112$. MACs: $9408 \cdot 112^2 = 118{,}013{,}952$. With
# stride 1 the side is 224: as many parameters, four times the MACs.
#
# **Checked:** parameters, macs, stride, padding, rectangles, groups, bias, integers, errors.

# %%
def conv2d_cost(in_channels, out_channels, kernel_size, input_size, stride=1, padding=0, groups=1,
                bias=True):
    """Return how many parameters a convolution has and how many MACs it takes for one image.

    Parameters
    ----------
    in_channels, out_channels : int
        C and O.
    kernel_size, input_size, stride, padding : int or (int, int)
        ``input_size`` is (H, W), in pixels.
    groups : int
        Into how many parts the channels are split; divides C and O.
    bias : bool
        Whether there is a bias per output channel; it costs no MAC.

    Returns
    -------
    (int, int)
        Parameters, O * C / groups * kh * kw (+ O), and MACs, the weights times H' * W', where
        H' = floor((H + 2 * padding - kernel_size) / stride) + 1, and W' likewise.

    Raises
    ------
    ValueError
        If the geometry is impossible; the message contains the number at fault.

    Notes
    -----
    The layer is that of ``torch.nn.Conv2d``. Groups: Krizhevsky et al. 2012, section 3.2. The
    example is the stem of ResNet: He et al. 2016, "Deep residual learning", table 1.

    Examples
    --------
    >>> conv2d_cost(3, 64, 7, 224, stride=2, padding=3, bias=False)
    (9408, 118013952)
    """
    ### BEGIN SOLUTION
    kernel, pixels = pair(kernel_size), 1
    sides = zip(pair(input_size), kernel, pair(stride), pair(padding), strict=True)
    for size, k, s, p in sides:
        if k < 1 or s < 1 or p < 0 or k > size + 2 * p:
            raise ValueError(
                f"conv2d_cost: cannot convolve a side of {size} with kernel_size={k}, stride={s}, "
                f"padding={p}: expected 1 <= kernel_size <= {size + 2 * p} and stride >= 1"
            )
        pixels *= (size + 2 * p - k) // s + 1
    weights = out_channels * (in_channels // groups) * kernel[0] * kernel[1]
    return weights + (out_channels if bias else 0), weights * pixels
    ### END SOLUTION

# %% [markdown]
# ## subsample
#
# The bluntest downsampling keeps every `stride`-th row and column, from the first on, and drops the
# rest:
#
# $$y_{n,c,i,j} = x_{n,\,c,\; i s_h,\; j s_w}, \qquad H' = \lceil H / s_h \rceil$$
#
# It is what a stride does. A convolution of stride $s$ gives exactly the numbers of the same
# convolution of stride 1, followed by `subsample(..., s)`: the stride only spares the work of
# computing what is dropped. `stride` may be larger than the image: the first row or column stays.
#
# **By hand.** A row of 5, `[[10, 11, 12, 13, 14]]`, `stride=2`: positions 0, 2 and 4 stay,
# `[[10, 12, 14]]`. Of a row of 4 it would be 0 and 2.
#
# **Checked:** values, odd sizes, rectangles, batch, dtype, input, errors.

# %%
def subsample(x, stride):
    """Return every `stride`-th row and column.

    Parameters
    ----------
    x : ndarray, shape (N, C, H, W)
    stride : int or (int, int)

    Returns
    -------
    ndarray, shape (N, C, H', W'), dtype of `x`
        H' = ceil(H / stride), and W' likewise.

    Raises
    ------
    ValueError
        If a stride is 0; the message contains it.

    Notes
    -----
    LeCun et al. 1998, "Gradient-based learning applied to document recognition", section II.A, on
    why a map may get coarser: once a feature is found, its exact place matters less.

    Examples
    --------
    >>> subsample(np.arange(9.0).reshape(1, 1, 3, 3), 2)[0, 0]
    array([[0., 2.],
           [6., 8.]])
    """
    ### BEGIN SOLUTION
    sh, sw = pair(stride)
    if sh < 1 or sw < 1:
        raise ValueError(f"subsample: stride {(sh, sw)}: expected at least 1 along both sides")
    return x[:, :, ::sh, ::sw]
    ### END SOLUTION

# %% [markdown]
# ## conv_transpose2d
#
# A convolution gathers: each output pixel collects what lies under the kernel. Its transpose
# scatters: each input pixel puts a copy of the kernel, scaled by its value, into the output,
# `stride` pixels from its neighbour's copy. Where copies overlap they add up; then `padding` rows
# and columns are cut off at each border. So it makes maps larger, as the way back of a strided
# convolution does:
#
# $$\text{full}_{n,o,\; i s_h + a,\; j s_w + b} \mathrel{+}=
#   \sum_{c} x_{n,c,i,j} \; w_{c,o,a,b}, \qquad
#   H' = (H - 1)\, s + k - 2p$$
#
# The weight is `(C, O, kh, kw)`: the *input* channels come first, the other way round than in
# a convolution. Where the stride is larger than the kernel there are gaps, and they are 0. If the
# padding leaves no row or column, raise `ValueError`, with the numbers in the message.
#
# **By hand.** The row `[[1, 2]]` with the kernel `[[1, 10, 100]]`, `stride=2`. The 1 writes
# `1 10 100` at position 0, the 2 writes `2 20 200` at position 2; in position 2 they meet:
# `[[1, 10, 102, 20, 200]]`. With `padding=(0, 1)` the ends go: `[[10, 102, 20]]`.
#
# **Checked:** values, stride, padding, rectangles, channels, batch, dtype, input, errors.

# %%
def conv_transpose2d(x, weight, stride=1, padding=0):
    """Return the transposed convolution: a copy of the kernel for each pixel, added up.

    Parameters
    ----------
    x : ndarray, shape (N, C, H, W)
    weight : ndarray, shape (C, O, kh, kw), dtype of `x`
    stride, padding : int or (int, int)
        Padding is cut off from the result.

    Returns
    -------
    ndarray, shape (N, O, H', W'), dtype of `x`
        H' = (H - 1) * stride + kh - 2 * padding, and W' likewise.

    Raises
    ------
    ValueError
        If a stride is 0 or no output pixel is left; the message contains the number at fault.

    Notes
    -----
    The semantics are those of ``torch.nn.ConvTranspose2d`` without bias. Dumoulin & Visin 2016,
    "A guide to convolution arithmetic for deep learning", section 4.

    Examples
    --------
    >>> x, weight = np.array([[[[1.0, 2.0]]]]), np.array([[[[1.0, 10.0, 100.0]]]])
    >>> conv_transpose2d(x, weight, stride=2)
    array([[[[  1.,  10., 102.,  20., 200.]]]])
    """
    ### BEGIN SOLUTION
    (sh, sw), (ph, pw) = pair(stride), pair(padding)
    batch, channels, height, width = x.shape
    outputs, kh, kw = weight.shape[1:]
    full_height, full_width = (height - 1) * sh + kh, (width - 1) * sw + kw
    oh, ow = full_height - 2 * ph, full_width - 2 * pw
    if min(sh, sw, oh, ow) < 1 or min(ph, pw) < 0:
        raise ValueError(
            f"conv_transpose2d: an input of {height} x {width} and a kernel of {kh} x {kw} with "
            f"stride={(sh, sw)} and padding={(ph, pw)} give {oh} x {ow} pixels: expected stride "
            ">= 1, padding >= 0 and at least one pixel"
        )
    wide = np.promote_types(x.dtype, np.float32)
    matrix = weight.reshape(channels, -1).T.astype(wide)
    result = np.empty((batch, outputs, oh, ow), x.dtype)
    for image, out in zip(x, result, strict=True):
        copies = (matrix @ image.reshape(channels, -1)).reshape(outputs, kh, kw, height, width)
        full = np.zeros((outputs, full_height, full_width), wide)
        # One position of the kernel at a time: its copies lie `stride` apart and never meet.
        for a in range(kh):
            for b in range(kw):
                full[:, a : a + height * sh : sh, b : b + width * sw : sw] += copies[:, a, b]
        out[...] = full[:, ph : ph + oh, pw : pw + ow]
    return result
    ### END SOLUTION

# %% [markdown]
# ## overlap_counts
#
# How evenly does a transposed convolution paint? Count how often each output position is written,
# without padding. If the stride divides the kernel, the inside is even; if not, some positions are
# written more often than their neighbours, and what a network draws with such a layer tends to show
# this pattern: the checkerboard. Row $y$ is written by every input row $i$ with
# $i s \le y < i s + k$, and a position by each pair of a row and a column:
#
# $$n_{y,x} = \#\{ i : i s_h \le y < i s_h + k_h \} \cdot \#\{ j : j s_w \le x < j s_w + k_w \}$$
#
# The map has $(H - 1)\, s_h + k_h$ rows, and columns likewise; `input_size` is $(H, W)$. Return
# an array of an integer dtype. Positions in a gap are written 0 times.
#
# **By hand.** Along one side of 3 pixels, kernel 3, stride 2: positions 0–2, 2–4 and 4–6 are
# written, which counts `1 1 2 1 2 1 1`. A 2-d map multiplies the counts of its row and its column:
# the darkest spots of the checkerboard are the 4 places with $2 \cdot 2 = 4$ writes. With kernel 4
# a side counts `1 1 2 2 2 2 1 1`: even inside.
#
# **Checked:** values, overlap, gaps, rectangles, integers, errors.

# %%
def overlap_counts(input_size, kernel_size, stride):
    """Return how often a transposed convolution writes each output position.

    Parameters
    ----------
    input_size, kernel_size, stride : int or (int, int)
        ``input_size`` is (H, W), in pixels.

    Returns
    -------
    ndarray of an integer dtype, shape (H', W')
        H' = (H - 1) * stride + kernel_size, and W' likewise: no padding.

    Raises
    ------
    ValueError
        If a stride is 0; the message contains it.

    Notes
    -----
    Odena, Dumoulin & Olah 2016, "Deconvolution and checkerboard artifacts", Distill.

    Examples
    --------
    >>> overlap_counts((1, 3), (1, 3), stride=2)
    array([[1, 1, 2, 1, 2, 1, 1]])
    """
    ### BEGIN SOLUTION
    sides = []
    for size, k, s in zip(pair(input_size), pair(kernel_size), pair(stride), strict=True):
        if min(size, k, s) < 1:
            raise ValueError(
                f"overlap_counts: input_size={size}, kernel_size={k}, stride={s}: expected at "
                "least 1 of each"
            )
        counts = np.zeros((size - 1) * s + k, int)
        for i in range(size):
            counts[i * s : i * s + k] += 1
        sides.append(counts)
    return np.outer(*sides)
    ### END SOLUTION
