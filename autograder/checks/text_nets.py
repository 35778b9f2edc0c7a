"""Cases for a convolutional network over tokens, and what to note about it.

A row of the classifier's weights is the same number for all features, so that nothing depends on
the order in which the features are concatenated; gradients of convolutions and classifier are
compared by their sorted values, so that 1-d and 2-d convolutions are alike.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
import torch
from torch import nn

from autograder.cases import DTYPE, INPUT, Case, Exercise, Observation, Strided, Value, failed
from autograder.checks.draw import positive, several, signed
from autograder.checks.stacked import observe_counted
from autograder.observe_torch import observe, value_of
from autograder.weights import fill

#: The properties with values of their own.
PADDING, DROPOUT = "padding_idx", "dropout"
#: What is noted of a network, in the words of the messages.
START = "vector of padding_idx at the start"
MOVED = "gradient in the vector of padding_idx"
EVALUATED = "smallest and largest feature in eval mode"
DROPPED = "share of features dropped in train mode"
OTHERS = "smallest and largest of the others"
ALIKE = "texts whose features are dropped as in the first"
#: How many texts the dropout is looked at in.
TEXTS = 128
#: Of drawn networks; no kernel is as wide as a vector is long, so that shapes tell which is which.
VOCABULARY, EMBEDDING = 13, 6


def observe_text_cnn(
    exercise: Exercise, learner: Any, case: Case, device: str = "cpu"
) -> Observation:
    """Observe the network in eval mode, in the dtype of its given weights."""
    if case.property == "parameters":
        return observe_counted(exercise, learner, case, device)
    try:
        net = learner(*case.init, **case.init_kwargs)
        start = _embedding(net)[_padding_idx(case)]
        dtype = str(case.weights["classifier"][0].dtype)
        net.to(device, getattr(torch, dtype)).eval()
        weights = _as_built(net, case.weights)
        fill(net, weights)
        if case.property == DROPOUT:
            return _dropout(net, torch.tensor(case.args[0], device=device))
    except Exception as error:
        return failed(error)
    seen = observe(exercise, net, replace(case, init=(), init_kwargs={}, weights=weights), device)
    if seen.error:
        return seen
    if case.property == PADDING:
        moved = seen.values.get("gradient of embedding[0]", value_of(torch.zeros_like(
            next(net.embedding.parameters()))))
        return replace(seen, values={START: value_of(start), MOVED: replace(
            moved, array=moved.array[_padding_idx(case)])})
    return replace(seen, values={name: _sorted(name, one) for name, one in seen.values.items()})


def _embedding(net: nn.Module) -> torch.Tensor:
    return next(net.embedding.parameters()).detach().clone()


def _padding_idx(case: Case) -> int:
    return case.init_kwargs.get(PADDING, 0)


def _as_built(net: nn.Module, weights: dict) -> dict:
    """Return the weights with those of convolutions in the shapes that the network has."""
    held = list(net.convs.parameters())
    given = weights["convs"]
    if len(held) != len(given):
        return weights
    return weights | {"convs": tuple(
        _shaped(one, tuple(parameter.shape)) for one, parameter in zip(given, held, strict=True))}


def _shaped(weight: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """Return a weight (filters, embedding, width) as a convolution of a certain shape has it."""
    if weight.ndim != 3:
        return weight
    ways = (weight.swapaxes(1, 2)[:, None], weight[:, None], weight[..., None],
            weight[:, :, None])
    return next((way.copy() for way in ways if way.shape == shape), weight)


def _sorted(name: str, value: Value) -> Value:
    if "of convs" in name or "of classifier" in name:
        return replace(value, array=np.sort(value.array, axis=None))
    return value


def _dropout(net: nn.Module, tokens: torch.Tensor) -> Observation:
    """Note what the features, all 1, become: the classifier passes them on as they are."""
    with torch.random.fork_rng(devices=[]), torch.no_grad():
        torch.manual_seed(0)
        evaluated, trained = net(tokens), net.train()(tokens).flatten().cpu()
    others = trained[trained.abs() > 1e-6]
    others = others if len(others) else trained
    # To the nearest twentieth, which is more than chance moves a share of many.
    share = round(20 * (trained.abs() <= 1e-6).double().mean().item()) / 20
    dropped = trained.abs().reshape(len(tokens), -1) <= 1e-6
    alike = int((dropped == dropped[0]).all(1).sum())
    return Observation({EVALUATED: _range(evaluated), DROPPED: value_of(share),
                        OTHERS: _range(others), ALIKE: value_of(alike)})


def _range(features: torch.Tensor) -> Value:
    return value_of(torch.stack([features.min(), features.max()]))


def passing(widths: tuple[int, ...], embedding: int, filters: int) -> tuple[tuple, dict]:
    """Return what a network is constructed with whose scores are its features, all 1."""
    features = filters * len(widths)
    convs = [one for width in widths for one in (
        np.full((filters, embedding, width), 1 / (embedding * width)), np.zeros(filters))]
    weights = {"embedding": (np.ones((3, embedding)),), "convs": tuple(convs),
               "classifier": (np.eye(features), np.zeros(features))}
    single = {name: tuple(one.astype(np.float32) for one in arrays)
              for name, arrays in weights.items()}
    return (3, embedding, widths, filters, features), single


def text_cnn_cases(rng: np.random.Generator) -> Iterator[Case]:
    """Draw cases for `TextCNN`: without dropout and without padding where these are no matter."""
    case = partial(_case, rng)
    for width in (1, 2, several(rng, 3, 5)):
        yield case("values", (width,), _text(rng, width))
        yield _negative(case("values", (width,), _text(rng, width)))
    low, high = rng.permutation([1, 2, 3, 4])[:2].tolist()
    for widths in ((2, 3), (low, high), (5, high, low), (3, 3)):
        yield case("widths", widths, _repeated(rng, several(rng, 5, 7)))
    for width in (1, 2, several(rng, 3, 4)):
        yield case("maximum", (width,), _text(rng, several(rng, 6, 9), several(rng, 1, 3)))
    for below in (1, 3):
        one = case("relu", (2, 3), _repeated(rng, 4))
        convs = list(one.weights["convs"])
        convs[below] = np.full_like(convs[below], -999.0)
        yield replace(one, weights=one.weights | {"convs": tuple(convs)})
    for dropout in (None, 0.2, 0.0):
        yield _dropping(rng, dropout)
    for index in (None, several(rng, 1, 3), VOCABULARY - 1):
        tokens = np.full((2, 4), index or 0)
        tokens[:, 0] = 4
        more = {} if index is None else {PADDING: index}
        yield case(PADDING, (1, 2), tokens, backward=True, **more)
    sizes = rng.permutation(np.arange(2, 9))[:3].tolist()
    for widths in ((3,), (3, 4, 5), (4, 2)):
        yield Case("parameters", init=(100, sizes[0], widths, *sizes[1:]))
    yield case("gradient", (2,), _text(rng, 5), backward=True)
    yield _peaked(case("gradient", (1, 3), _text(rng, 6, 2), backward=True), 2, 3)
    for dtype in ("float32", "float64"):
        yield case(DTYPE, (2,), _text(rng, 2), dtype=dtype)
    yield case(INPUT, (2,), _text(rng, 2))
    yield case(INPUT, (3,), Strided(_text(rng, 3)))
    yield replace(_peaked(case("maximum", (1, 3), _text(rng, 6, 2)), 5, 0), mixed=True)


def _case(rng: np.random.Generator, name: str, widths: tuple, tokens: Any, dtype: str = "float32",
          backward: bool = False, **more: Any) -> Case:
    init = (VOCABULARY, EMBEDDING, widths, several(rng, 2, 4), several(rng, 2, 4))
    grad = signed(rng, len(tokens), init[-1]) if backward else None
    return Case(name, (tokens,), init=init, init_kwargs={DROPOUT: 0.0, **more},
                weights=_weights(rng, init, dtype), grad=grad)


def _weights(rng: np.random.Generator, init: tuple, dtype: str) -> dict[str, tuple]:
    """Draw the weights of a network, all positive."""
    vocabulary, embedding, widths, filters, classes = init
    convs = [one for width in widths
             for one in (positive(rng, filters, embedding, width), positive(rng, filters))]
    rows = np.repeat(positive(rng, classes, 1), filters * len(widths), axis=1)
    drawn = {"embedding": (positive(rng, vocabulary, embedding),), "convs": tuple(convs),
             "classifier": (rows, positive(rng, classes))}
    return {name: tuple(one.astype(dtype) for one in arrays) for name, arrays in drawn.items()}


def _text(rng: np.random.Generator, length: int, texts: int = 1) -> np.ndarray:
    """Draw texts without the token 0 and without a token twice."""
    return np.stack([1 + rng.permutation(VOCABULARY - 1)[:length] for _ in range(texts)])


def _repeated(rng: np.random.Generator, length: int) -> np.ndarray:
    """Draw one token many times: what is read is the same everywhere."""
    return np.full((1, length), several(rng, 1, VOCABULARY - 1))


def _negative(case: Case) -> Case:
    """Return a case in which padding would win, and in which the scores are negative."""
    weight, bias = case.weights["convs"]
    rows, last = case.weights["classifier"]
    return replace(case, weights=case.weights | {
        "convs": (-weight, bias + 199), "classifier": (-rows, last)})


def _peaked(case: Case, *places: int) -> Case:
    """Return a case in which one token outweighs all others; it has a place in each text."""
    (words,), (tokens,) = case.weights["embedding"], case.args
    tokens = np.minimum(tokens, VOCABULARY - 2)
    tokens[np.arange(len(tokens)), places] = VOCABULARY - 1
    words = np.concatenate([words[:-1], words[-1:] + 9])
    return replace(case, args=(tokens,), weights=case.weights | {"embedding": (words,)})


def _dropping(rng: np.random.Generator, dropout: float | None) -> Case:
    init, weights = passing((1, several(rng, 2, 4)), EMBEDDING, 40)
    return Case(DROPOUT, (np.ones((TEXTS, 5), int),), init=init, weights=weights,
                init_kwargs={} if dropout is None else {DROPOUT: dropout})
