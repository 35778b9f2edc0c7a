# %% [markdown]
# # Convolution in NumPy
#
# After this notebook you can
#
# - say how large the output of a convolution is, for any kernel, stride, padding and dilation;
# - write a convolution and its backward pass by hand, and make them fast with matrix products;
# - write the same layer down as one large matrix, and see in it what sets a convolution apart from
#   a fully connected layer: most entries are 0, and the others repeat.
#
# **How checking works.** Fill in a cell, run it, then run the cell under it. That one tries your
# function on small examples at once and names the property that fails. When the notebook is graded,
# random hidden cases test the properties that the task lists, and no others. Every exercise is
# worth 10 points, given per property: a layer that is right but for its padding keeps most of them.
# Leave out what you like and take any order, since no exercise needs another's solution.
#
# **Rules.** NumPy and Python's own modules only (and matplotlib, to look at something). Names and
# arguments stay as they are. Speed earns no points: get it right with plain loops first. Then try
# to loop over the few positions *inside* the kernel instead of over all pixels of the output.

# %%
import numpy as np

# %% [markdown]
# ## The idea, in numbers
#
# A neuron of a fully connected layer looks at the whole image, with a weight of its own for every
# pixel. A convolution asks for less: look at a small patch with a few weights, the *kernel*; then
# slide, and use *the same* weights at every other place. One patch gives one number, the sum of
# pixels times weights:
#
# ```
#     image          kernel                     output
# 1  2  0  1          1  0        1*1 + 2*0 + 0*0 + 1*2 = 3    .    .
# 0  1  3  2    *     0  2                 .                   .    .
# 2  1  1  0                               (2 rows of 3: the kernel fits in 2 · 3 places)
# ```
#
# One place to the right the patch is `2 0 / 1 3`, and the output is `2*1 + 0*0 + 1*0 + 3*2 = 8`.
# Here 4 weights do what a fully connected layer from 12 pixels to 6 outputs does with 72. What is
# learned in one place is known in all places.

# %% [markdown]
# ## What holds for every exercise
#
# - An array `x` is `(N, C, H, W)`: images, channels, rows, columns. `N` and `C` may be 1, `H` and
#   `W` odd or different. Its dtype is any float (`float16`, `float32`, `float64`); `weight`, `bias`
#   and gradients have the same, and so has the result. Arrays may be non-contiguous views. Never
#   modify an input.
# - `weight` is `(O, C, kh, kw)`: for each of `O` output channels a kernel of `kh` rows and `kw`
#   columns over all `C` input channels. `bias` is `(O,)`.
# - `stride` and `padding` are an int or a pair `(h, w)`. Padding adds rows of zeros above and
#   below, and columns left and right.
# - Impossible geometry raises `ValueError`: a kernel larger than the padded input, a stride of 0.
#   The message contains the number at fault (`5` if a kernel of 5 does not fit).
# - A task ends with what is checked. *Rectangles* are kernels and images that are not square;
#   *stride* and *padding* are ints or pairs, and the last pixels may be left over; *batch* is `N`,
#   1 or more; *input*: a view is as good as a plain array, and nothing was modified; *errors*: the
#   `ValueError`.

# %% [markdown]
# ## output_size
#
# How many places does a kernel of `k` have on a side of `n` pixels? It starts at 0, moves `s`
# pixels at a time (`stride`), and stops when it would stick out. Padding makes the side longer by
# `p` at *both* ends. Dilation `d` spreads the kernel's weights `d` pixels apart, so that it spans
# $d\,(k-1)+1$ pixels (with `d = 1` simply `k`):
#
# $$n' = \left\lfloor \frac{n + 2p - d\,(k-1) - 1}{s} \right\rfloor + 1$$
#
# ```
# n = 6, k = 3, s = 2                     n = 6, k = 3, d = 2
# x x x . . .     first place             x . x . x .     first place
# . . x x x .     second; a third would   . x . x . x     second, last
#                 stick out: n' = 2                       n' = 2
# ```
#
# The floor says that pixels at the end that fill no whole step are left out. This is one side:
# all arguments are ints, and so is the result (*integers*). *Real
# layers* are those of LeNet-5, AlexNet, VGG, GoogLeNet and ResNet.
#
# **By hand.** ResNet's first layer takes images of 224×224 with a kernel of 7, stride 2 and padding
# 3: $\lfloor (224 + 6 - 6 - 1)/2 \rfloor + 1 = 111 + 1 = 112$.
#
# **Checked:** values, stride, padding, dilation, real layers, integers, errors.

# %%
def output_size(size, kernel_size, stride=1, padding=0, dilation=1):
    """Return the length of one side of a convolution's output.

    Parameters
    ----------
    size : int
        Pixels on the side of the input.
    kernel_size, stride, padding, dilation : int

    Returns
    -------
    int
        floor((size + 2 * padding - dilation * (kernel_size - 1) - 1) / stride) + 1

    Raises
    ------
    ValueError
        If the stride is 0 or the kernel is larger than the padded input; the message contains the
        number at fault.

    Notes
    -----
    The formula is that of ``torch.nn.Conv2d``. Dumoulin and Visin 2016, "A guide to convolution
    arithmetic for deep learning", chapter 2 and (dilation) section 5.1.

    Examples
    --------
    >>> output_size(224, 7, stride=2, padding=3)
    112
    """
    ### BEGIN SOLUTION
    span = dilation * (kernel_size - 1) + 1
    if min(kernel_size, stride, dilation) < 1 or padding < 0 or span > size + 2 * padding:
        raise ValueError(
            f"output_size({size}, kernel_size={kernel_size}, stride={stride}, padding={padding}, "
            f"dilation={dilation}): expected kernel_size, stride and dilation >= 1, padding >= 0, "
            f"and a kernel that spans {span} pixels on at most {size + 2 * padding}"
        )
    return (size + 2 * padding - span) // stride + 1
    ### END SOLUTION

# %% [markdown]
# The next cell is given, so that what follows does not depend on your `output_size`: it does the
# same for both sides at once, without dilation. `conv_geometry` turns ints into pairs, works out
# $(H', W')$ and raises those errors.

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
# Now in two dimensions and with channels. An output channel `o` has a kernel for each input
# channel; all their products go into *one* sum, and the bias is added:
#
# $$y_{n,o,i,j} = b_o + \sum_{c} \sum_{0 \le a < k_h,\; 0 \le b < k_w}
#   w_{o,c,a,b} \; x_{n,\,c,\; i s_h + a - p_h,\; j s_w + b - p_w}$$
#
# Pixels outside of the image (the padding) count as 0. The kernel is *not* flipped, as in every
# deep learning library; mathematicians call this a cross-correlation. `bias=None`: no bias.
#
# **By hand.** With padding 1, a kernel of 3×3 keeps the size. In a corner it meets five zeros:
#
# ```
# image    kernel       padded        at (0, 0)
#          1 2 3       0 0 0 0
# 1 2      4 5 6       0 1 2 0      5*1 + 6*2 + 8*3 + 9*4 = 77
# 3 4      7 8 9       0 3 4 0
#                      0 0 0 0      the whole output: 77 67 / 47 37
# ```
#
# **Make it fast.** With plain loops a layer takes hundreds of times as long as in PyTorch. The
# remedy is *im2col*: write every patch as a column of a matrix. Then the whole layer is one matrix
# product, `weight.reshape(O, C·kh·kw) @ columns`. The columns are filled with a slice for each of
# the $k_h k_w$ positions in the kernel: `padded[:, :, a::sh, b::sw]`, cut to $H' \times W'$.
#
# **Checked:** values, channels, bias, stride, padding, rectangles, batch, dtype, input, errors.

# %%
def conv2d(x, weight, bias=None, stride=1, padding=0):
    """Return the convolution of images with kernels.

    Parameters
    ----------
    x : ndarray, shape (N, C, H, W)
    weight : ndarray, shape (O, C, kh, kw)
    bias : ndarray, shape (O,), or None
    stride, padding : int or (int, int)
        Padding counts as zeros.

    Returns
    -------
    ndarray, shape (N, O, H', W'), dtype of `x`
        H' = floor((H + 2 * padding - kh) / stride) + 1, and W' likewise.

    Raises
    ------
    ValueError
        If the geometry is impossible; the message contains the number at fault.

    Notes
    -----
    The semantics are those of ``torch.nn.functional.conv2d``. LeCun et al. 1998, "Gradient-based
    learning applied to document recognition", section II.A. A matrix product over unrolled patches
    is due to Chellapilla et al. 2006, "High performance convolutional neural networks for document
    processing".

    Examples
    --------
    >>> x = np.array([[[[1.0, 2.0, 0.0, 1.0], [0.0, 1.0, 3.0, 2.0], [2.0, 1.0, 1.0, 0.0]]]])
    >>> conv2d(x, np.array([[[[1.0, 0.0], [0.0, 2.0]]]]))[0, 0]
    array([[3., 8., 4.],
           [2., 3., 3.]])
    """
    ### BEGIN SOLUTION
    (kh, kw), (sh, sw), (ph, pw), (oh, ow) = conv_geometry(
        x.shape[2:], weight.shape[2:], stride, padding
    )
    batch, channels, height, width = x.shape
    wide = np.promote_types(x.dtype, np.float32)
    # im2col for the kernel's columns only. Its row dy then needs every sh-th row of the padded
    # image: sorted by their number modulo sh these lie in one piece, so no copy is made for them.
    rows = -(-(height + 2 * ph) // sh)
    padded = np.zeros((channels, rows * sh, width + 2 * pw), wide)
    shifted = np.empty((sh, kw, channels, rows, ow), wide)
    columns = shifted.reshape(sh, kw * channels, rows * ow)
    kernels = weight.transpose(2, 0, 3, 1).astype(wide).reshape(kh, -1, kw * channels)
    result = np.empty((batch, len(weight), oh * ow), wide)
    product = np.empty(result.shape[1:], wide)
    # One image at a time stays in the processor's cache.
    for image, out in zip(x, result, strict=True):
        padded[:, ph : ph + height, pw : pw + width] = image
        for dy in range(sh):
            for dx in range(kw):
                shifted[dy, dx] = padded[:, dy::sh, dx::sw][:, :, :ow]
        out[...] = 0 if bias is None else bias[:, None]
        for dy in range(kh):
            here = np.s_[dy % sh, :, dy // sh * ow : (dy // sh + oh) * ow]
            out += np.matmul(kernels[dy], columns[here], out=product)
    return result.reshape(batch, -1, oh, ow).astype(x.dtype, copy=False)
    ### END SOLUTION

# %% [markdown]
# ## conv2d_backward
#
# The loss's gradient arrives at the output, as `grad_output` of shape $(N, O, H', W')$. Which
# pixels and weights had a part in an output value, and how large a part? The formula of the forward
# pass says so: $y_{n,o,i,j}$ contains the product $w_{o,c,a,b} \cdot x_{n,c,is_h+a-p_h,\,\dots}$,
# so each of the two factors receives the other one times the gradient $g$ of $y$:
#
# $$\frac{\partial L}{\partial b_o} = \sum_{n,i,j} g_{n,o,i,j}, \qquad
#   \frac{\partial L}{\partial w_{o,c,a,b}} = \sum_{n,i,j} g_{n,o,i,j}
#   \; x_{n,\,c,\; i s_h + a - p_h,\; j s_w + b - p_w},$$
#
# $$\frac{\partial L}{\partial x_{n,c,q}} = \sum_{\text{patches and places } (o,i,j,a,b)
#   \text{ that meet pixel } q} g_{n,o,i,j} \; w_{o,c,a,b}$$
#
# One weight is used in many places, so its gradient is a sum over all of them: that is what
# *sharing* means on the way back. One pixel lies in many patches, so its gradient is a sum as well.
# Pixels that no patch meets get 0; what falls on the padding is lost.
#
# **By hand.** `x = [[1, 2, 3]]`, kernel `[[10, 20]]`, `grad_output = [[1, 5]]`. The patches are
# `1 2` and `2 3`. The bias gets $1 + 5 = 6$; the weights get `1*[1, 2] + 5*[2, 3] = [11, 17]`; the
# pixels get `[10, 20, 0] + [0, 50, 100] = [10, 70, 100]`.
#
# **With matrices.** If the forward pass is `weights @ columns`, then the weights' gradient is
# `grad @ columns.T` and the columns' gradient `weights.T @ grad`. Then add each column back to
# where its patch came from.
#
# In the checks, *grad_x*, *grad_weight* and *grad_bias* look at one result each, *batch* and
# *dtype* at all three, the rest at the first two.
#
# **Checked:** grad_x, grad_weight, grad_bias, stride, padding, rectangles, batch, dtype, input,
# errors.

# %%
def conv2d_backward(grad_output, x, weight, stride=1, padding=0):
    """Return the gradients of a convolution in its input, weight and bias.

    Parameters
    ----------
    grad_output : ndarray, shape (N, O, H', W')
        The loss's gradient in the output, with the dtype of `x`.
    x : ndarray, shape (N, C, H, W)
        The input of the forward pass.
    weight : ndarray, shape (O, C, kh, kw)
    stride, padding : int or (int, int)
        As in the forward pass; H' = floor((H + 2 * padding - kh) / stride) + 1.

    Returns
    -------
    grad_x : ndarray, shape (N, C, H, W)
    grad_weight : ndarray, shape (O, C, kh, kw)
    grad_bias : ndarray, shape (O,)
        All with the dtype of `x`.

    Raises
    ------
    ValueError
        If the geometry is impossible; the message contains the number at fault.

    Notes
    -----
    The gradients are those of ``torch.nn.functional.conv2d``. Dumoulin and Visin 2016, "A guide to
    convolution arithmetic for deep learning", chapter 4.

    Examples
    --------
    >>> x, weight = np.array([[[[1.0, 2.0, 3.0]]]]), np.array([[[[10.0, 20.0]]]])
    >>> grad_x, grad_weight, grad_bias = conv2d_backward(np.array([[[[1.0, 5.0]]]]), x, weight)
    >>> grad_x[0, 0], grad_weight[0, 0], grad_bias
    (array([[ 10.,  70., 100.]]), array([[11., 17.]]), array([6.]))
    """
    ### BEGIN SOLUTION
    (kh, kw), (sh, sw), (ph, pw), (oh, ow) = conv_geometry(
        x.shape[2:], weight.shape[2:], stride, padding
    )
    channels, height, width = x.shape[1:]
    wide = np.promote_types(x.dtype, np.float32)
    # The forward pass's columns: by a row's number modulo sh and by the kernel's column.
    rows = -(-(height + 2 * ph) // sh)
    padded = np.zeros((channels, rows * sh, width + 2 * pw), wide)
    shifted = np.empty((sh, kw, channels, rows, ow), wide)
    columns = shifted.reshape(sh, kw * channels, rows * ow)
    kernels = weight.transpose(2, 0, 3, 1).astype(wide).reshape(kh, -1, kw * channels)
    grad_x, grad_kernels = np.empty(x.shape, x.dtype), np.zeros_like(kernels)
    grad_shifted, grad_padded = np.empty_like(shifted), np.empty_like(padded)
    grad_columns = grad_shifted.reshape(columns.shape)
    product = np.empty((kw * channels, oh * ow), wide)
    inside = np.s_[:, ph : ph + height, pw : pw + width]
    places = [(dy, dx) for dy in range(sh) for dx in range(kw)]
    for image, grad, out in zip(x, grad_output, grad_x, strict=True):
        padded[inside] = image
        for dy, dx in places:
            shifted[dy, dx] = padded[:, dy::sh, dx::sw][:, :, :ow]
        grad = grad.reshape(-1, oh * ow).astype(wide, copy=False)
        grad_columns.fill(0)
        for dy in range(kh):
            here = np.s_[dy % sh, :, dy // sh * ow : (dy // sh + oh) * ow]
            grad_kernels[dy] += grad @ columns[here].T
            grad_columns[here] += np.matmul(kernels[dy].T, grad, out=product)
        grad_padded.fill(0)
        for dy, dx in places:
            grad_padded[:, dy::sh, dx::sw][:, :, :ow] += grad_shifted[dy, dx]
        out[...] = grad_padded[inside]
    grad_weight = grad_kernels.reshape(kh, -1, kw, channels).transpose(1, 3, 0, 2)
    grad_bias = grad_output.sum(axis=(0, 2, 3), dtype=wide)
    return grad_x, grad_weight.astype(x.dtype), grad_bias.astype(x.dtype)
    ### END SOLUTION

# %% [markdown]
# ## conv2d_matrix
#
# A convolution is linear in the image, so it is some matrix times the image written as a vector.
# Which one? Row $r = (o, i, j)$ of the matrix makes output $y_{o,i,j}$, column $q = (c, y, x)$
# belongs to a pixel, and
#
# $$M_{(o,i,j),\,(c,y,x)} = w_{o,\,c,\; y + p_h - i s_h,\; x + p_w - j s_w}
#   \quad \text{where the kernel has this place, else } 0.$$
#
# Rows and columns are in the order of `ravel()`: channel, then row, then column. For one image,
# `conv2d_matrix(weight, (H, W)) @ x.ravel()` equals `conv2d(x, weight).ravel()`, without a bias.
# Padding has no columns: its pixels are 0 anyway. `input_size` is an int or a pair `(H, W)`.
#
# **By hand.** The kernel `[[3, 4]]` on an image of 2×3 has 2·2 places:
#
# ```
#           pixels  (0,0) (0,1) (0,2) (1,0) (1,1) (1,2)
# y(0,0)              3     4     0     0     0     0
# y(0,1)              0     3     4     0     0     0
# y(1,0)              0     0     0     3     4     0
# y(1,1)              0     0     0     0     3     4
# ```
#
# A fully connected layer could have any 24 numbers here. The convolution has zeros (*local*: only
# neighbours count) and the same two numbers in every row (*shared*).
#
# **Checked:** values, channels, stride, padding, rectangles, dtype, input, errors.

# %%
def conv2d_matrix(weight, input_size, stride=1, padding=0):
    """Return the dense matrix that a convolution is.

    Parameters
    ----------
    weight : ndarray, shape (O, C, kh, kw)
    input_size : int or (int, int)
        The image's height and width, H and W.
    stride, padding : int or (int, int)

    Returns
    -------
    ndarray, shape (O * H' * W', C * H * W), dtype of `weight`
        The matrix M with M @ x.ravel() == conv2d(x, weight, None, stride, padding).ravel() for
        every x of shape (1, C, H, W); H' = floor((H + 2 * padding - kh) / stride) + 1, and W'
        likewise.

    Raises
    ------
    ValueError
        If the geometry is impossible; the message contains the number at fault.

    Notes
    -----
    Dumoulin and Visin 2016, "A guide to convolution arithmetic for deep learning", section 4.1.

    Examples
    --------
    >>> conv2d_matrix(np.array([[[[3.0, 4.0]]]]), (1, 4))
    array([[3., 4., 0., 0.],
           [0., 3., 4., 0.],
           [0., 0., 3., 4.]])
    """
    ### BEGIN SOLUTION
    height, width = pair(input_size)
    (kh, kw), (sh, sw), (ph, pw), (oh, ow) = conv_geometry(
        input_size, weight.shape[2:], stride, padding
    )
    channels_out, channels_in = weight.shape[:2]
    padded = (channels_in, height + 2 * ph, width + 2 * pw)
    matrix = np.zeros((channels_out, oh, ow, *padded), weight.dtype)
    for i in range(oh):
        for j in range(ow):
            y, x = i * sh, j * sw
            matrix[:, i, j, :, y : y + kh, x : x + kw] = weight
    inside = matrix[..., ph : ph + height, pw : pw + width]
    return inside.reshape(channels_out * oh * ow, channels_in * height * width)
    ### END SOLUTION
