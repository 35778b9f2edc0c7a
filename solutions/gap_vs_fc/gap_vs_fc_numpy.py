# %% [markdown]
# # Global average pooling against fully connected layers in NumPy
#
# After this notebook you can
#
# - write global average pooling and a fully connected layer, backward passes included;
# - count what a network's head costs with either, and say why the one grows with the image and the
#   other does not;
# - draw where in the image a network with global average pooling finds its evidence for a class.
#
# **How checking works.** Fill in a cell, run it, then run the cell under it. That one tries your
# function on small examples at once and names the property that fails. When the notebook is graded,
# random hidden cases test the properties that the task lists, and no others. Every exercise is
# worth 10 points, given per property: a map that is right but for its scaling keeps most of them.
# Leave out what you like and take any order, since no exercise needs another's solution.
#
# **Rules.** NumPy and Python's own modules only (and matplotlib, to look at something). Names and
# arguments stay as they are.

# %%
import numpy as np

# %% [markdown]
# ## What holds for every exercise
#
# - A batch of feature maps is `(N, C, H, W)`: images, channels, rows, columns. `N` and `C` may be
#   1, `H` and `W` odd or different. Its dtype is any float (`float16`, `float32`, `float64`), its
#   values are finite and may be negative. It may be a non-contiguous view. Never modify an input.
#   Results have the dtype of the input, and weights have it too.
# - `input_size` is an int (a square) or a pair `(h, w)`.
# - A network ends in a *head*, which turns feature maps into one score per class. Two heads are
#   compared here. *Flatten*: all `C·H·W` numbers in a row, then one or more fully connected layers.
#   *GAP*, global average pooling: the mean of each channel, then one fully connected layer.
# - A task ends with what is checked. *Rectangles* are maps with `H` and `W` different; *batch* is
#   `N` and `C`, 1 or more; *input*: a view is as good as a plain array, and nothing was modified.
#
# The next cell is given: `pair` turns an int into a pair.

# %%
def pair(value):
    """Return an int, or a pair (h, w), as a pair of ints."""
    h, w = value if isinstance(value, (tuple, list)) else (value, value)
    return int(h), int(w)

# %% [markdown]
# ## global_avg_pool2d
#
# Each channel of each image becomes one number, its mean:
#
# $$y_{n,c} = \frac{1}{H W} \sum_{i,j} x_{n,c,i,j}$$
#
# Whatever the size of the image, `C` numbers per image come out: the result has the shape `(N, C)`
# (*shape*), with no axes of length 1 behind.
#
# **By hand.** The channel `[[1, 2], [3, 6]]` becomes $12 / 4 = 3$.
#
# **Checked:** values, shape, rectangles, batch, dtype, input.

# %%
def global_avg_pool2d(x):
    """Return the mean of every channel.

    Parameters
    ----------
    x : ndarray, shape (N, C, H, W)

    Returns
    -------
    ndarray, shape (N, C), dtype of `x`
        y[n, c] = mean of x[n, c].

    Notes
    -----
    Lin et al. 2013, "Network in network", section 3.2.

    Examples
    --------
    >>> global_avg_pool2d(np.array([[[[1.0, 2.0], [3.0, 6.0]]]]))
    array([[3.]])
    """
    ### BEGIN SOLUTION
    return x.mean(axis=(2, 3))
    ### END SOLUTION

# %% [markdown]
# ## global_avg_pool2d_backward
#
# `grad_output`, of shape `(N, C)`, is the loss's gradient $g$ in the means. All $H W$ pixels of a
# channel have the same part in its mean, so each gets the same share of the gradient:
#
# $$\frac{\partial L}{\partial x_{n,c,i,j}} = \frac{g_{n,c}}{H W}$$
#
# `input_shape` is the shape `(N, C, H, W)` of what was pooled; the result has this shape.
#
# **By hand.** `grad_output = [[8]]`, `input_shape = (1, 1, 2, 2)`: all four pixels get
# $8 / 4 = 2$. The shares add up to the 8 that came in.
#
# **Checked:** values, rectangles, batch, dtype, input.

# %%
def global_avg_pool2d_backward(grad_output, input_shape):
    """Return the gradient of global average pooling in its input.

    Parameters
    ----------
    grad_output : ndarray, shape (N, C)
        The loss's gradient in the output.
    input_shape : (int, int, int, int)
        Shape (N, C, H, W) of the input of the forward pass.

    Returns
    -------
    ndarray, shape `input_shape`, dtype of `grad_output`
        grad_x[n, c, i, j] = grad_output[n, c] / (H * W).

    Notes
    -----
    The gradient is that of ``torch.nn.AdaptiveAvgPool2d(1)``.

    Examples
    --------
    >>> global_avg_pool2d_backward(np.array([[8.0]]), (1, 1, 2, 2))
    array([[[[2., 2.],
             [2., 2.]]]])
    """
    ### BEGIN SOLUTION
    n, c, h, w = input_shape
    share = grad_output.reshape(n, c, 1, 1) / (h * w)
    # A copy, since a broadcast array cannot be written to.
    return np.broadcast_to(share, input_shape).copy()
    ### END SOLUTION

# %% [markdown]
# ## linear_backward
#
# A fully connected layer maps each row of `x`, with $I$ numbers, to $O$ numbers:
# `y = x @ weight.T + bias`, or
#
# $$y_{n,o} = b_o + \sum_i w_{o,i}\, x_{n,i}$$
#
# `grad_output`, of shape `(N, O)`, is the loss's gradient $g$ in $y$. The chain rule gives
#
# $$\frac{\partial L}{\partial x_{n,i}} = \sum_o g_{n,o}\, w_{o,i}, \qquad
#   \frac{\partial L}{\partial w_{o,i}} = \sum_n g_{n,o}\, x_{n,i}, \qquad
#   \frac{\partial L}{\partial b_o} = \sum_n g_{n,o}$$
#
# The first two are matrix products. A sum over $n$ is there because all images share the weights.
#
# **By hand.** One image, `x = [[2, 3]]`, `weight = [[4, 5]]`, `grad_output = [[10]]`. Then
# `grad_x = [[40, 50]]`, `grad_weight = [[20, 30]]` and `grad_bias = [10]`.
#
# **Checked:** grad_x, grad_weight, grad_bias, batch, dtype, input.

# %%
def linear_backward(grad_output, x, weight):
    """Return the gradients of a fully connected layer in its input, weight and bias.

    Parameters
    ----------
    grad_output : ndarray, shape (N, O), dtype of `x`
        The loss's gradient in the output, x @ weight.T + bias.
    x : ndarray, shape (N, I)
        The input of the forward pass.
    weight : ndarray, shape (O, I), dtype of `x`

    Returns
    -------
    grad_x : ndarray, shape (N, I)
    grad_weight : ndarray, shape (O, I)
    grad_bias : ndarray, shape (O,)
        All with the dtype of `x`.

    Notes
    -----
    The gradients are those of ``torch.nn.functional.linear``.

    Examples
    --------
    >>> x, weight, grad = np.array([[2.0, 3.0]]), np.array([[4.0, 5.0]]), np.array([[10.0]])
    >>> linear_backward(grad, x, weight)
    (array([[40., 50.]]), array([[20., 30.]]), array([10.]))
    """
    ### BEGIN SOLUTION
    return grad_output @ weight, grad_output.T @ x, grad_output.sum(axis=0)
    ### END SOLUTION

# %% [markdown]
# ## head_cost
#
# How many parameters does the head have that turns `channels` maps of `input_size` into scores for
# `classes` classes? A fully connected layer from $I$ to $O$ numbers has $I \cdot O$ weights and $O$
# biases.
#
# - `"flatten"`: the maps flattened, then fully connected layers with the outputs in `hidden`, one
#   after the other, and a last one with `classes` outputs. With `hidden=()` that last one is the
#   only one.
# - `"gap"`: the mean of each channel, then one fully connected layer. `hidden` does not count here.
#
# Return both in a dictionary.
#
# **By hand.** 2 channels of 3×3 and 5 classes. Flatten: $18 \cdot 5 + 5 = 95$. GAP:
# $2 \cdot 5 + 5 = 15$. With `hidden=(4,)`, flatten: $(18 \cdot 4 + 4) + (4 \cdot 5 + 5) = 101$.
#
# **Checked:** flatten, gap, hidden, rectangles.

# %%
def head_cost(channels, input_size, classes, hidden=()):
    """Return the number of parameters of two heads, biases included.

    Parameters
    ----------
    channels : int
        Of the feature maps.
    input_size : int or (int, int)
        Height and width of the feature maps.
    classes : int
    hidden : tuple of int
        Outputs of the fully connected layers before the last one, in order.

    Returns
    -------
    dict
        ``"flatten"``: parameters of the fully connected layers on the flattened maps;
        ``"gap"``: parameters of the one fully connected layer on the channels' means. Ints.

    Notes
    -----
    VGG-16, whose last maps are 512 of 7x7: Simonyan & Zisserman 2015, "Very deep convolutional
    networks for large-scale image recognition", table 1.

    Examples
    --------
    >>> head_cost(512, 7, 1000, hidden=(4096, 4096))
    {'flatten': 123642856, 'gap': 513000}
    """
    ### BEGIN SOLUTION
    h, w = pair(input_size)
    inputs, flatten = channels * h * w, 0
    for outputs in (*hidden, classes):
        flatten += (inputs + 1) * outputs
        inputs = outputs
    return {"flatten": flatten, "gap": (channels + 1) * classes}
    ### END SOLUTION

# %% [markdown]
# ## class_activation_map
#
# Behind global average pooling and one fully connected layer, the score of class $k$ is
#
# $$s_k = b_k + \sum_c w_{k,c} \, \frac{1}{HW} \sum_{i,j} f_{c,i,j}
#   = b_k + \frac{1}{HW} \sum_{i,j} \Big( \sum_c w_{k,c}\, f_{c,i,j} \Big)$$
#
# What stands in the brackets is a map: it says how much each place adds to the score. This is the
# class activation map. For one image's features `(C, H, W)` and the class `label`, return
#
# $$m_{i,j} = \sum_c w_{k,c}\, f_{c,i,j}, \qquad
#   \text{scaled to } \frac{m_{i,j} - \min m}{\max m - \min m}$$
#
# so that the smallest value becomes 0 and the largest 1, also where values are negative. The bias
# would be the same everywhere and plays no part. A map that is the same everywhere (its maximum
# equals its minimum) becomes zeros (*flat*).
#
# **By hand.** Two channels of 1×3, `[[1, 0, 2]]` and `[[0, 1, 2]]`, and for the class the weights
# `[2, -1]`: $m = (2, -1, 2)$, scaled $(1, 0, 1)$.
#
# **Checked:** values, label, scaling, negative, flat, rectangles, dtype, input.

# %%
def class_activation_map(features, weight, label):
    """Return how much each place of an image adds to a class's score, from 0 to 1.

    Parameters
    ----------
    features : ndarray, shape (C, H, W)
        What goes into global average pooling, of one image.
    weight : ndarray, shape (classes, C), dtype of `features`
        Of the fully connected layer behind it.
    label : int
        The class.

    Returns
    -------
    ndarray, shape (H, W), dtype of `features`
        The sum over c of weight[label, c] * features[c], less its minimum, over its maximum less
        its minimum; zeros if those are equal.

    Notes
    -----
    Zhou et al. 2016, "Learning deep features for discriminative localization", section 2.

    Examples
    --------
    >>> features = np.array([[[1.0, 0.0, 2.0]], [[0.0, 1.0, 2.0]]])
    >>> class_activation_map(features, np.array([[2.0, -1.0]]), 0)
    array([[1., 0., 1.]])
    """
    ### BEGIN SOLUTION
    scores = np.tensordot(weight[label], features, axes=1)
    low, high = scores.min(), scores.max()
    if low == high:
        return np.zeros_like(scores)
    return (scores - low) / (high - low)
    ### END SOLUTION

# %% [markdown]
# ## Look at it
#
# A circle and a square. Two feature maps, one for lines that lean and one for lines that lie or
# stand; a class for each shape. The same features, seen through the weights of either class: each
# map is darkest where its shape is. (This cell is not run for marks.)

# %% tags=["active-ipynb", "demo"]
# import matplotlib.pyplot as plt
#
# rows, columns = np.mgrid[0:40, 0:80]
# circle = abs(np.hypot(rows - 20, columns - 20) - 12) < 1.5
# square = abs(np.maximum(abs(rows - 20), abs(columns - 60)) - 11) < 1.5
# image = (circle | square).astype(float)
# down, right = np.gradient(image)
# leaning, straight = abs(down * right), abs(down**2 - right**2)
# means = np.ones((9, 9)) / 81
#
# def smooth(m):
#     windows = np.lib.stride_tricks.sliding_window_view(np.pad(m, 4), (9, 9))
#     return np.einsum("ijkl,kl->ij", windows, means)
#
# features = np.stack([smooth(leaning), smooth(straight)])
# weight = np.array([[4.0, -1.0], [-4.0, 1.0]])
# figure, places = plt.subplots(3, 1, figsize=(4, 6.4))
# titles = ["input", "class_activation_map of “circle”", "class_activation_map of “square”"]
# pictures = [image, *(class_activation_map(features, weight, label) for label in (0, 1))]
# for place, title, picture in zip(places, titles, pictures, strict=True):
#     place.imshow(picture, cmap="gray_r")
#     place.set_title(title)
#     place.axis("off")
# plt.show()
