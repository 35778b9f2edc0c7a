# %% [markdown]
# # Pooling in NumPy
#
# After this notebook you can
#
# - write max and average pooling for any window, stride and padding, and both backward passes, from
#   slices and sums, without a loop over pixels;
# - say which pixel gets the gradient of a pooling layer, also on a tie and where windows overlap;
# - turn a feature map of any size, or a region cut out of it, into an output of fixed size.
#
# **How checking works.** Fill in a cell, run it, then run the cell under it. That one tries your
# function on small examples at once and names the property that fails. When the notebook is graded,
# random hidden cases test the properties that the task lists, and no others. Every exercise is
# worth 10 points, given per property: a layer that is right but for its padding keeps most of them.
# Leave out what you like and take any order, since no exercise needs another's solution.
#
# **Rules.** NumPy and Python's own modules only (and matplotlib, to look at something). Names and
# arguments stay as they are. Speed earns no points, but try to loop over the few positions *inside*
# a window instead of over all windows: that is what makes NumPy fast.

# %%
import numpy as np

# %% [markdown]
# ## What holds for every exercise
#
# - An array is `(N, C, H, W)`: images, channels, rows, columns. `N` and `C` may be 1, `H` and `W`
#   odd or different. Its dtype is any float (`float16`, `float32`, `float64`), its values are
#   finite and may be negative. It may be a non-contiguous view. Never modify an input.
# - Images and channels are pooled each on its own. The result has the dtype of the input.
# - `kernel_size`, `stride`, `padding` and `output_size` are an int or a pair `(h, w)`;
#   `stride=None` means `stride = kernel_size`.
# - Padding adds `padding` rows above and below, and columns left and right. An output side has
#
#   $$H' = \left\lfloor \frac{H + 2p - k}{s} \right\rfloor + 1$$
#
#   pixels: rows and columns at the end that fill no whole window are left out.
# - Impossible geometry raises `ValueError`: a window side or stride below 1, a negative padding or
#   one over half the window, a window larger than the padded input. The message contains the number
#   at fault (`5` if a window of 5 does not fit). Output sides and levels are at least 1.
# - A task ends with what is checked. *Rectangles* are windows, strides, paddings and images that
#   are not square; *odd sizes* leave rows or columns over; *overlap* and *gaps* come of a stride
#   below or above the window; *uneven* sizes are no multiple of the output's; *batch* is `N` and
#   `C`, 1 or more; *input*: a view is as good as a plain array, and nothing was modified; *errors*:
#   the `ValueError`.
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
# Padding counts as $-\infty$, so it never beats a real value, not even a negative one. The maximum
# of a window is also the maximum of its rows' maxima: $k_h + k_w$ slices do the work of
# $k_h \cdot k_w$.
#
# **By hand.** A 3×4 image and `kernel_size=2` give $H' = \lfloor (3-2)/2 \rfloor + 1 = 1$ row and
# $W' = 2$ columns; the last row fills no window:
#
# ```
# 1  3 | 2  4
# 5  6 | 8  7     ->     6  8
# 9 -1   0  2
# ```
#
# **Checked:** values, stride, rectangles, padding, odd sizes, batch, dtype, input, errors.

# %%
def max_pool2d(x, kernel_size, stride=None, padding=0):
    """Return the maximum of every window.

    Parameters
    ----------
    x : ndarray, shape (N, C, H, W)
    kernel_size, stride, padding : int or (int, int)
        ``stride=None`` means ``kernel_size``; padding counts as minus infinity.

    Returns
    -------
    ndarray, shape (N, C, H', W'), dtype of `x`
        H' = floor((H + 2 * padding - kernel_size) / stride) + 1, and W' likewise.

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
    >>> max_pool2d(np.arange(16.0).reshape(1, 1, 4, 4), 2)[0, 0]
    array([[ 5.,  7.],
           [13., 15.]])
    """
    ### BEGIN SOLUTION
    (kh, kw), (sh, sw), (ph, pw), (oh, ow) = pool_geometry(
        x.shape[2:], kernel_size, stride, padding
    )
    batch, channels, height, width = x.shape
    padded = np.full((channels, height + 2 * ph, width + 2 * pw), -np.inf, x.dtype)
    result = np.empty((batch, channels, oh, ow), x.dtype)
    # One image at a time stays in the processor's cache.
    for image, out in zip(x, result, strict=True):
        padded[:, ph : ph + height, pw : pw + width] = image
        rows = padded[:, ::sh][:, :oh].copy()
        for dy in range(1, kh):
            np.maximum(rows, padded[:, dy::sh][:, :oh], out=rows)
        out[...] = rows[:, :, ::sw][:, :, :ow]
        for dx in range(1, kw):
            np.maximum(out, rows[:, :, dx::sw][:, :, :ow], out=out)
    return result
    ### END SOLUTION

# %% [markdown]
# ## max_pool2d_backward
#
# Pooling has no weights, yet the gradient must pass. A window's output depends on one pixel only,
# the one that was the maximum, so that pixel receives the whole gradient of the window and the
# others nothing:
#
# $$\frac{\partial L}{\partial x_q} =
#   \sum_{\text{windows } w \,:\; q \text{ is the first maximum of } w}
#   \frac{\partial L}{\partial y_w}$$
#
# On a tie the first maximum in row-major order (left to right, then down) wins. Where windows
# overlap, one pixel can win several: what it receives adds up. A pixel that wins none gets 0, and
# padding never wins. `grad_output` has the shape of the forward pass's output and the dtype of `x`.
#
# **By hand.** `x = [[2, 2, 1]]`, windows 1×2, stride 1, `grad_output = [[10, 1]]`. The first window
# is a tie, `(2, 2)`: its left pixel gets 10. The second is `(2, 1)`: its 2 gets 1. Together
# `[[10, 1, 0]]`. If the row were `[[1, 2, 1]]`, the middle pixel would win both: `[[0, 11, 0]]`.
#
# **Checked:** values, ties, overlap, gaps, rectangles, padding, batch, dtype, input, errors.

# %%
def max_pool2d_backward(grad_output, x, kernel_size, stride=None, padding=0):
    """Return the gradient of max pooling in its input.

    Parameters
    ----------
    grad_output : ndarray, shape (N, C, H', W')
        The loss's gradient in the pooled output, with the dtype of `x`.
    x : ndarray, shape (N, C, H, W)
        The input of the forward pass.
    kernel_size, stride, padding : int or (int, int)
        As in the forward pass; H' = floor((H + 2 * padding - kernel_size) / stride) + 1.

    Returns
    -------
    ndarray, shape and dtype of `x`
        At each pixel, the sum of `grad_output` over the windows of which it is the first maximum
        in row-major order.

    Raises
    ------
    ValueError
        If the geometry is impossible; the message contains the number at fault.

    Notes
    -----
    The semantics, ties included, are those of ``torch.nn.MaxPool2d``.

    Examples
    --------
    >>> x = np.array([[[[2.0, 2.0, 1.0]]]])
    >>> max_pool2d_backward(np.array([[[[10.0, 1.0]]]]), x, (1, 2), stride=1)
    array([[[[10.,  1.,  0.]]]])
    """
    ### BEGIN SOLUTION
    (kh, kw), (sh, sw), (ph, pw), (oh, ow) = pool_geometry(
        x.shape[2:], kernel_size, stride, padding
    )
    channels, height, width = x.shape[1:]
    # Sort the padded image's pixels by their row and column modulo the stride. In such a phase each
    # window has its pixel (dy, dx) at one fixed shift: long contiguous runs, quick to compare.
    rows, columns = -(-(height + 2 * ph) // sh), -(-(width + 2 * pw) // sw)
    size = channels * rows * columns
    down = [(dy % sh, dy // sh * columns) for dy in range(kh)]  # (phase, shift) of each offset
    across = [(dx % sw, dx // sw) for dx in range(kw)]
    wide = np.promote_types(x.dtype, np.float32)

    def largest(phases, offsets):
        best = phases[0].copy()
        for phase, shift in offsets[1:]:
            here = best[: size - shift]
            np.fmax(here, phases[phase][shift:], out=here)
        return best

    def hand_back(due, best, phases, offsets):
        received = [np.zeros(size, wide) for _ in phases]
        for phase, shift in offsets:
            here = due[: size - shift]
            share = here * (phases[phase][shift:] == best[: size - shift])
            received[phase][shift:] += share
            here -= share  # the first maximum took it: nothing is left for a later one
        return received

    # NaN, since fmax passes over it and it equals nothing: padding never wins.
    padded = np.full((channels, rows * sh, columns * sw), np.nan, x.dtype)
    grad_padded = np.empty(padded.shape, wide)
    due = np.zeros((channels, rows, columns), wide)  # stays 0 where no window starts
    inside = np.s_[:, ph : ph + height, pw : pw + width]
    grad_x = np.empty(x.shape, x.dtype)
    for image, grad, out in zip(x, grad_output, grad_x, strict=True):
        padded[inside] = image
        due[:, :oh, :ow] = grad
        # The first maximum is the first in its row, and its row the first that has the maximum.
        pixels = [[padded[:, dy::sh, dx::sw].ravel() for dx in range(sw)] for dy in range(sh)]
        in_row = [largest(line, across) for line in pixels]
        row_due = hand_back(due.reshape(-1), largest(in_row, down), in_row, down)
        for dy in range(sh):
            received = hand_back(row_due[dy], in_row[dy], pixels[dy], across)
            for dx in range(sw):
                grad_padded[:, dy::sh, dx::sw] = received[dx].reshape(due.shape)
        out[...] = grad_padded[inside]
    return grad_x
    ### END SOLUTION

# %% [markdown]
# ## avg_pool2d
#
# The same windows, but each gives its mean:
#
# $$y_{n,c,i,j} = \frac{1}{k_h k_w}
#   \sum_{0 \le a < k_h,\; 0 \le b < k_w} x_{n,\,c,\; i s_h + a - p_h,\; j s_w + b - p_w}$$
#
# Padding counts as 0 and is counted: the divisor is always $k_h k_w$, also at the border, which
# makes border values smaller. (A sum of large `float16` values can overflow where the mean would
# not. That is not tested; adding up in `float32` avoids it.)
#
# **By hand.** `x = [[4, 8], [0, 4]]`, `kernel_size=2`, `padding=1`: there are 2×2 windows, each
# holds one pixel and three padding zeros, so the result is `[[1, 2], [0, 1]]`. Without padding it
# is the single number $16/4 = 4$.
#
# **Checked:** values, stride, rectangles, padding, odd sizes, batch, dtype, input, errors.

# %%
def avg_pool2d(x, kernel_size, stride=None, padding=0):
    """Return the mean of every window.

    Parameters
    ----------
    x : ndarray, shape (N, C, H, W)
    kernel_size, stride, padding : int or (int, int)
        ``stride=None`` means ``kernel_size``; padding counts as zeros, which are counted.

    Returns
    -------
    ndarray, shape (N, C, H', W'), dtype of `x`
        H' = floor((H + 2 * padding - kernel_size) / stride) + 1, and W' likewise.

    Raises
    ------
    ValueError
        If the geometry is impossible; the message contains the number at fault.

    Notes
    -----
    The semantics are those of ``torch.nn.AvgPool2d``. An average over 2x2 windows, with a learned
    scale, is the subsampling of LeNet-5: LeCun et al. 1998, section II.B.

    Examples
    --------
    >>> avg_pool2d(np.array([[[[4.0, 8.0], [0.0, 4.0]]]]), 2, padding=1)[0, 0]
    array([[1., 2.],
           [0., 1.]])
    """
    ### BEGIN SOLUTION
    (kh, kw), (sh, sw), (ph, pw), (oh, ow) = pool_geometry(
        x.shape[2:], kernel_size, stride, padding
    )
    batch, channels, height, width = x.shape
    wide = np.promote_types(x.dtype, np.float32)
    padded = np.zeros((channels, height + 2 * ph, width + 2 * pw), wide)
    result = np.empty((batch, channels, oh, ow), x.dtype)
    for image, out in zip(x, result, strict=True):
        padded[:, ph : ph + height, pw : pw + width] = image
        rows = padded[:, ::sh][:, :oh].copy()
        for dy in range(1, kh):
            rows += padded[:, dy::sh][:, :oh]
        total = rows[:, :, ::sw][:, :, :ow].copy()
        for dx in range(1, kw):
            total += rows[:, :, dx::sw][:, :, :ow]
        out[...] = total / (kh * kw)
    return result
    ### END SOLUTION

# %% [markdown]
# ## avg_pool2d_backward
#
# Every pixel of a window has the same part in its mean, so the gradient is spread evenly:
#
# $$\frac{\partial L}{\partial x_q} = \frac{1}{k_h k_w}
#   \sum_{\text{windows } w \,:\; q \in w} \frac{\partial L}{\partial y_w}$$
#
# No input is needed, only its shape: average pooling is linear. Where windows overlap, shares add
# up; a pixel in no window gets 0; what falls on the padding is lost. `input_shape` is the tuple
# `(N, C, H, W)`; the result has this shape and the dtype of `grad_output`.
#
# **By hand.** A row of 3 pixels, windows 1×2, stride 1, `grad_output = [[2, 4]]`: the first window
# gives 1 to each of its pixels, the second gives 2. Together `[[1, 3, 2]]`.
#
# **Checked:** values, overlap, gaps, rectangles, padding, batch, dtype, input, errors.

# %%
def avg_pool2d_backward(grad_output, input_shape, kernel_size, stride=None, padding=0):
    """Return the gradient of average pooling in its input.

    Parameters
    ----------
    grad_output : ndarray, shape (N, C, H', W')
        The loss's gradient in the pooled output.
    input_shape : (int, int, int, int)
        (N, C, H, W), the shape of the forward pass's input.
    kernel_size, stride, padding : int or (int, int)
        As in the forward pass; H' = floor((H + 2 * padding - kernel_size) / stride) + 1.

    Returns
    -------
    ndarray, shape `input_shape`, dtype of `grad_output`
        At each pixel, the sum of `grad_output` over the windows that contain it, divided by the
        number of pixels in a window.

    Raises
    ------
    ValueError
        If the geometry is impossible; the message contains the number at fault.

    Notes
    -----
    The semantics are those of ``torch.nn.AvgPool2d``.

    Examples
    --------
    >>> avg_pool2d_backward(np.array([[[[2.0, 4.0]]]]), (1, 1, 1, 3), (1, 2), stride=1)
    array([[[[1., 3., 2.]]]])
    """
    ### BEGIN SOLUTION
    batch, channels, height, width = input_shape
    (kh, kw), (sh, sw), (ph, pw), (oh, ow) = pool_geometry(
        (height, width), kernel_size, stride, padding
    )
    wide = np.promote_types(grad_output.dtype, np.float32)
    rows = np.empty((channels, oh, width + 2 * pw), wide)
    padded = np.empty((channels, height + 2 * ph, width + 2 * pw), wide)
    grad_x = np.empty((batch, channels, height, width), grad_output.dtype)
    for grad, out in zip(grad_output, grad_x, strict=True):
        share = np.divide(grad, kh * kw, dtype=wide)
        rows.fill(0)
        for dx in range(kw):
            rows[:, :, dx::sw][:, :, :ow] += share
        padded.fill(0)
        for dy in range(kh):
            padded[:, dy::sh][:, :oh] += rows
        out[...] = padded[:, ph : ph + height, pw : pw + width]
    return grad_x
    ### END SOLUTION

# %% [markdown]
# ## adaptive_max_pool2d
#
# Now fix the size of the output and let the windows adapt. With `oh` windows over `H` rows, window
# $i$ covers the rows
#
# $$\Big[\ \Big\lfloor \frac{i\,H}{oh} \Big\rfloor,\
#   \Big\lceil \frac{(i+1)\,H}{oh} \Big\rceil\ \Big) \qquad i = 0, \dots, oh - 1$$
#
# and likewise for the columns; the end is not included. Each output is the maximum of its window.
# The windows cover every pixel, can differ in size by one, and overlap where `H` is no multiple of
# `oh`. `output_size` may be larger than the input: then pixels are used again.
#
# **By hand.** 5 columns into 3: windows $[0, 2)$, $[1, 4)$, $[3, 5)$. The row `1 2 9 4 5` becomes
# `2 9 5`. And 2 columns into 3: $[0, 1)$, $[0, 2)$, $[1, 2)$, so `7 3` becomes `7 7 3`.
#
# **Checked:** values, uneven, larger output, rectangles, batch, dtype, input.

# %%
def adaptive_max_pool2d(x, output_size):
    """Return the maxima of windows that are chosen so that the output has a given size.

    Parameters
    ----------
    x : ndarray, shape (N, C, H, W)
    output_size : int or (int, int)
        The output's height and width, oh and ow.

    Returns
    -------
    ndarray, shape (N, C, oh, ow), dtype of `x`
        Window i covers the rows from floor(i * H / oh) up to, not including,
        ceil((i + 1) * H / oh); columns likewise.

    Raises
    ------
    ValueError
        If an output side is below 1; the message contains the number at fault.

    Notes
    -----
    The semantics are those of ``torch.nn.AdaptiveMaxPool2d``.

    Examples
    --------
    >>> adaptive_max_pool2d(np.array([[[[1.0, 2.0, 9.0, 4.0, 5.0]]]]), (1, 3))
    array([[[[2., 9., 5.]]]])
    """
    ### BEGIN SOLUTION
    oh, ow = pair(output_size)
    if oh < 1 or ow < 1:
        raise ValueError(f"adaptive_max_pool2d: output_size {(oh, ow)}: expected at least (1, 1)")

    def windows(size, parts):
        return [slice(i * size // parts, -(-(i + 1) * size // parts)) for i in range(parts)]

    rows = np.stack([x[:, :, w].max(axis=2) for w in windows(x.shape[2], oh)], axis=2)
    return np.stack([rows[:, :, :, w].max(axis=3) for w in windows(x.shape[3], ow)], axis=3)
    ### END SOLUTION

# %% [markdown]
# ## spatial_pyramid_pool
#
# A fully connected layer wants a fixed number of inputs; a picture has any size. Spatial pyramid
# pooling pools the map adaptively to $l \times l$ for each level $l$, coarse and fine, and joins
# all into one vector per image, of length $C \sum_l l^2$ whatever $H$ and $W$ are.
#
# Level $l$ uses the windows $[\lfloor iH/l \rfloor, \lceil (i+1)H/l \rceil)$ for rows, and likewise
# for columns. Its $(C, l, l)$ maxima are flattened in this order (channel first, then row, then
# column), and the levels follow each other in the order of `levels`. `levels` is a tuple of at
# least one int, in any order; a level may be larger than the input.
#
# **By hand.** Two channels, `[[1, 2], [3, 4]]` and `[[8, 7], [6, 5]]`, `levels=(1, 2)`: first the
# maxima of the whole channels, `4 8`, then level 2, channel by channel: `1 2 3 4  8 7 6 5`. That
# makes $2 \cdot (1 + 4) = 10$ numbers.
#
# **Checked:** values, order, levels, uneven, rectangles, batch, dtype, input.

# %%
def spatial_pyramid_pool(x, levels=(1, 2, 4)):
    """Return one vector per image, of a length that does not depend on the image's size.

    Parameters
    ----------
    x : ndarray, shape (N, C, H, W)
    levels : tuple of int
        For each l, the map is adaptively max pooled to (l, l).

    Returns
    -------
    ndarray, shape (N, C * sum(l * l for l in levels)), dtype of `x`
        The levels in order, each a flattened (C, l, l). Window i of a level covers the rows from
        floor(i * H / l) up to, not including, ceil((i + 1) * H / l); columns likewise.

    Raises
    ------
    ValueError
        If a level is below 1; the message contains it.

    Notes
    -----
    He et al. 2014, "Spatial pyramid pooling in deep convolutional networks for visual
    recognition", section 2.2.

    Examples
    --------
    >>> x = np.array([[[[1.0, 2.0], [3.0, 4.0]], [[8.0, 7.0], [6.0, 5.0]]]])
    >>> spatial_pyramid_pool(x, levels=(1, 2))
    array([[4., 8., 1., 2., 3., 4., 8., 7., 6., 5.]])
    """
    ### BEGIN SOLUTION
    if min(levels) < 1:
        raise ValueError(f"spatial_pyramid_pool: levels {tuple(levels)}: expected each at least 1")

    def windows(size, parts):
        return [slice(i * size // parts, -(-(i + 1) * size // parts)) for i in range(parts)]

    vectors = []
    for level in levels:
        rows = np.stack([x[:, :, w].max(axis=2) for w in windows(x.shape[2], level)], axis=2)
        cells = np.stack([rows[..., w].max(axis=3) for w in windows(x.shape[3], level)], axis=3)
        vectors.append(cells.reshape(len(x), -1))
    return np.concatenate(vectors, axis=1)
    ### END SOLUTION

# %% [markdown]
# ## roi_max_pool
#
# A detector looks at many regions of interest (RoIs) of one picture. It runs the convolutions once,
# cuts each region out of the feature map and pools the cut-out to a fixed size, so that one
# classifier serves regions of every shape.
#
# `boxes` is an int array of shape `(R, 5)`, R ≥ 1, one region a row: `n, y0, x0, y1, x1`, the crop
# being `x[n, :, y0:y1, x0:x1]` (half-open, as slices are). Adaptive max pooling of a crop of
# $h \times w$: window $i$ of `oh` covers the crop's rows
# $[\lfloor i h / oh \rfloor, \lceil (i+1) h / oh \rceil)$, and columns likewise. A crop may be
# smaller than `output_size`, regions may overlap, and several may lie in one image, in any order;
# row r of the result belongs to row r of `boxes`.
#
# `ValueError`, with the box's numbers in the message, for an empty box ($y_1 \le y_0$ or
# $x_1 \le x_0$) and one that is not wholly inside ($n$ outside $[0, N)$, a negative coordinate,
# $y_1 > H$ or $x_1 > W$): nothing is clipped, and negative numbers don't count from the end.
#
# **By hand.** One image, `[[1, 2, 3], [4, 5, 6], [7, 8, 9]]`, the box `0, 0, 1, 2, 3` and
# `output_size=(1, 2)`. The crop is `[[2, 3], [5, 6]]`, its columns' maxima are `[[5, 6]]`.
#
# **Checked:** values, boxes, images, uneven, rectangles, dtype, input, errors.

# %%
def roi_max_pool(x, boxes, output_size):
    """Return each region of interest, adaptively max pooled to one size.

    Parameters
    ----------
    x : ndarray, shape (N, C, H, W)
    boxes : int ndarray, shape (R, 5)
        Rows n, y0, x0, y1, x1 in pixels of the map: the crop ``x[n, :, y0:y1, x0:x1]``.
    output_size : int or (int, int)
        The output's height and width, oh and ow.

    Returns
    -------
    ndarray, shape (R, C, oh, ow), dtype of `x`
        Window i covers a crop's rows from floor(i * h / oh) up to, not including,
        ceil((i + 1) * h / oh), where h = y1 - y0; columns likewise.

    Raises
    ------
    ValueError
        If a box is empty or not wholly inside `x`, or an output side is below 1; the message
        contains the numbers at fault.

    Notes
    -----
    Girshick 2015, "Fast R-CNN", section 2.1, with boxes given in pixels of the feature map.

    Examples
    --------
    >>> x = np.arange(1.0, 10.0).reshape(1, 1, 3, 3)
    >>> roi_max_pool(x, np.array([[0, 0, 1, 2, 3]]), (1, 2))
    array([[[[5., 6.]]]])
    """
    ### BEGIN SOLUTION
    oh, ow = pair(output_size)
    if oh < 1 or ow < 1:
        raise ValueError(f"roi_max_pool: output_size {(oh, ow)}: expected at least (1, 1)")

    def windows(size, parts):
        return [slice(i * size // parts, -(-(i + 1) * size // parts)) for i in range(parts)]

    batch, channels, height, width = x.shape
    result = np.empty((len(boxes), channels, oh, ow), x.dtype)
    for box, out in zip(boxes.tolist(), result, strict=True):
        n, y0, x0, y1, x1 = box
        if not (0 <= n < batch and 0 <= y0 < y1 <= height and 0 <= x0 < x1 <= width):
            raise ValueError(
                f"roi_max_pool: box {box} (n, y0, x0, y1, x1): expected 0 <= n < {batch}, "
                f"0 <= y0 < y1 <= {height} and 0 <= x0 < x1 <= {width}"
            )
        crop = x[n, :, y0:y1, x0:x1]
        rows = np.stack([crop[:, w].max(axis=1) for w in windows(y1 - y0, oh)], axis=1)
        np.stack([rows[:, :, w].max(axis=2) for w in windows(x1 - x0, ow)], axis=2, out=out)
    return result
    ### END SOLUTION

# %% [markdown]
# ## Look at it
#
# A thin ring, and what the two poolings make of it: the maximum keeps the line and makes it
# coarse, the average keeps its weight and makes it faint. (This cell is not run for marks.)

# %% tags=["active-ipynb", "demo"]
# import matplotlib.pyplot as plt
#
# rows, columns = np.mgrid[-1:1:48j, -1:1:48j]
# ring = (abs(np.hypot(rows, columns) - 0.7) < 0.04).astype(float)[None, None]
# pictures = {"input": ring, "max_pool2d": max_pool2d(ring, 4), "avg_pool2d": avg_pool2d(ring, 4)}
# figure, places = plt.subplots(1, 3, figsize=(7, 2.6))
# for place, (title, picture) in zip(places, pictures.items(), strict=True):
#     place.imshow(picture[0, 0], cmap="gray_r", vmin=0, vmax=1)
#     place.set_title(title)
#     place.axis("off")
# plt.show()
