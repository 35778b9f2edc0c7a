"""The one recipe by which every net of `build_model` is trained, counted and asked.

All of it runs where the learner's code runs: in the notebook, and when grading in the process that
is shut in. That process gets pictures and gives back the digits it sees in them; only the judge has
the labels of hidden pictures. Data, seeds and the number of threads are fixed, so that the same net
comes to the same result on the same machine.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from functools import cache, lru_cache
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.nn.modules.batchnorm import _NormBase

from autograder.cases import WrongType
from autograder.checks.pictures import SIDE, draw, draw_labels

#: The training: pictures, how often each is seen, how many in a step, the highest learning rate.
COUNT, EPOCHS, BATCH, RATE = 1000, 10, 25, 0.005
#: How many numbers a net may hold.
BUDGET = 20_000
#: How much of the training pictures a net may know before it is trained, in percent.
KNOWN = 50
#: Processor time that training may take, in seconds.
PATIENCE = 40.0
#: Pictures that go through a net at once when it is asked.
CHUNK = 250


@lru_cache(maxsize=1)
def trained(build_model: Callable[[], nn.Module], device: str = "cpu") -> nn.Module:
    """Build a net and train it on 1,000 pictures with the digit in the middle.

    The last net is kept, and comes back when the same function is asked for again.

    Raises
    ------
    WrongType
        If the net is not to be trained, or too slow; the message says why.
    """
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        with torch.random.fork_rng():
            torch.manual_seed(0)
            net = build_model().to(device)
            _examine(net, device)
            _train(net, device)
            return net.eval()
    finally:
        torch.set_num_threads(threads)


def _examine(net: nn.Module, device: str) -> None:
    """Refuse a net that is none, holds too much, or has learnt before."""
    shape, numbers = scores_shape(net, 2, device), count(net)
    if shape != (2, 10):
        raise WrongType(f"not trained: the scores have the shape {shape}, expected (2, 10)")
    if numbers > BUDGET:
        raise WrongType(f"not trained: the net holds {numbers:,} numbers, of at most {BUDGET:,}")
    pictures, labels = training_pictures()
    known = 100 * np.mean(digits(net, as_input(pictures, device)) == labels)
    if known > KNOWN:
        raise WrongType(f"not trained: the net tells {known:.0f} % of the training pictures right "
                        "already; build_model returns a net that has learnt nothing")


def _train(net: nn.Module, device: str) -> None:
    pictures, labels = training_pictures()
    x, y = as_input(pictures, device), torch.from_numpy(labels).to(device)
    net.train()
    optimizer = torch.optim.Adam(net.parameters())
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, RATE, epochs=EPOCHS, steps_per_epoch=COUNT // BATCH)
    order = torch.Generator().manual_seed(0)
    start = time.process_time()
    for epoch in range(EPOCHS):
        for chosen in torch.randperm(COUNT, generator=order).to(device).split(BATCH):
            if time.process_time() - start > PATIENCE:
                raise WrongType(f"training was stopped after {PATIENCE:g} seconds of processor "
                                f"time, in epoch {epoch + 1} of {EPOCHS}: the net is too slow")
            optimizer.zero_grad()
            nn.functional.cross_entropy(net(x[chosen]), y[chosen]).backward()
            optimizer.step()
            schedule.step()


@cache
def training_pictures() -> tuple[np.ndarray, np.ndarray]:
    """Return the 1,000 pictures that every net is trained on, and their labels."""
    return visible_pictures(seed=0, count=COUNT, shift=0)


def visible_pictures(seed: int, count: int, shift: int) -> tuple[np.ndarray, np.ndarray]:
    """Return pictures that everybody may see, uint8 (count, 1, 32, 32), and their labels."""
    rng = np.random.default_rng(seed)
    labels = draw_labels(rng, count)
    return draw(rng, labels, shift), labels


def as_input(pictures: np.ndarray, device: str = "cpu") -> torch.Tensor:
    """Return pictures as a net gets them: float32, of mean about 0 and spread about 1."""
    return (torch.from_numpy(pictures).to(device, torch.float32) - 32) / 66


def digits(net: nn.Module, x: torch.Tensor) -> np.ndarray:
    """Return the digit that a net sees in each picture, in eval mode and without gradients."""
    net.eval()
    with torch.no_grad():
        return torch.cat([net(part).argmax(1) for part in x.split(CHUNK)]).cpu().numpy()


def count(net: nn.Module) -> int:
    """Return how many numbers a net holds.

    Counted are all tensors in it, parameters or not, trained or frozen, each once; what is not
    counted is what batch norm notes of the pictures it has seen.
    """
    found = {id(tensor): tensor.numel() for module in net.modules()
             for tensor in _tensors(list(vars(module).values()))}
    for module in net.modules():
        if isinstance(module, _NormBase):
            for name in ("running_mean", "running_var", "num_batches_tracked"):
                found.pop(id(getattr(module, name)), None)
    return sum(found.values())


def _tensors(value: Any) -> Iterator[torch.Tensor]:
    """Yield the tensors in a value, also in lists and dictionaries."""
    if isinstance(value, torch.Tensor):
        yield value
    elif isinstance(value, dict):
        yield from _tensors(list(value.values()))
    elif isinstance(value, list | tuple):
        for one in value:
            yield from _tensors(one)


def scores_shape(net: nn.Module, images: int, device: str) -> tuple[int, ...]:
    """Return the shape of what a net makes of some pictures."""
    with torch.no_grad():
        return tuple(net.eval()(torch.zeros(images, 1, SIDE, SIDE, device=device)).shape)
