"""Time models against each other on a machine that has other things to do as well."""

import time
from statistics import median

import torch


def milliseconds(models, x, passes):
    """Time a forward and a backward pass of each model, as in training.

    The models take turns, so that a machine that slows down slows all of them, and CPU time is
    taken, not the time on the clock. What can be relied on is the ratio of two of them.

    Parameters
    ----------
    models : dict of str to nn.Module
    x : Tensor
    passes : int
        Rounds; a model's time is the median over them.

    Returns
    -------
    dict of str to float
    """
    rounds = [{name: _pass(model, x) for name, model in models.items()} for _ in range(passes)]
    return {name: median(taken[name] for taken in rounds) for name in models}


def _pass(model, x):
    start = time.process_time()
    model(x).sum().backward()
    taken = 1000 * (time.process_time() - start)
    for parameter in model.parameters():
        parameter.grad = None
    return taken


def ratios(first, second):
    """Divide two columns seed by seed."""
    return [a / b for a, b in zip(first, second, strict=True)]


def noise(seed, *shape):
    """Draw normal noise that depends on the seed only."""
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))
