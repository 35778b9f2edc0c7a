"""Set weights of a trained net to zero and see what it still knows."""

from copy import deepcopy

import torch
from torch import nn

from experiments.train import accuracy

SHARES = (0.5, 0.8, 0.9, 0.95)
LAYERS = {"FC": nn.Linear, "convolutions": nn.Conv2d}
CASES = (("FC", "smallest"), ("FC", "random"), ("convolutions", "smallest"))


def pruned(model, x, y, seed):
    """Measure a model with shares of its weights removed and not trained again.

    Returns
    -------
    list of dict
        A row for each kind of layer `pruned`, weights `chosen` and `share`: the `accuracy`.
    """
    rows = []
    for kind, chosen in CASES:
        for share in SHARES:
            score = accuracy(without(model, kind, chosen, share, seed), x, y)
            rows.append({"pruned": kind, "chosen": chosen, "share": share, "accuracy": score})
    return rows


def without(model, kind, chosen, share, seed):
    """Copy a model and set a share of the weights of each layer of a kind to zero.

    Parameters
    ----------
    model : nn.Module
    kind : str
        A key of `LAYERS`.
    chosen : {"smallest", "random"}
        Which weights go. Biases stay.
    share : float
        From 0 to 1.
    """
    generator = torch.Generator().manual_seed(seed)
    copy = deepcopy(model)
    for layer in copy.modules():
        if isinstance(layer, LAYERS[kind]):
            weight = layer.weight.detach().view(-1)
            order = weight.abs()
            if chosen == "random":
                order = torch.rand(order.shape, generator=generator)
            weight[order.argsort()[: round(share * len(weight))]] = 0
    return copy
