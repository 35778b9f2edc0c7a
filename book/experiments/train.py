"""Train a small net, the same way in every experiment, and measure it."""

import torch
import torch.nn.functional as F
from torch import nn


def seeded(seed, build):
    """Build a net whose initial weights depend on the seed only.

    Nets that differ in layers without weights so start from the same convolutions, and their
    results can be compared in pairs, seed by seed.
    """
    torch.manual_seed(seed)
    return build()


def draw(images, train_size, test_size, seed):
    """Draw training and test images without replacement, `x (N, 1, H, W)`, as tensors.

    Returns
    -------
    tuple of Tensor
        `x_train, y_train, x_test, y_test`.
    """
    generator = torch.Generator().manual_seed(seed)
    parts = []
    for x, y, size in (
        (images.x_train, images.y_train, train_size),
        (images.x_test, images.y_test, test_size),
    ):
        chosen = torch.randperm(len(x), generator=generator)[:size]
        parts += [torch.from_numpy(x)[chosen], torch.from_numpy(y)[chosen]]
    return tuple(parts)


def fit(model, x, y, *, seed, epochs, learning_rate=5e-3, loss=F.cross_entropy, augment=None):
    """Train a model in place: Adam, one-cycle learning rate, batches of 64.

    Parameters
    ----------
    model : nn.Module
    x : Tensor (N, C, H, W)
    y : Tensor (N, ...)
    seed : int
        Decides the order of the images and the draws of `augment`.
    augment : callable, optional
        `augment(batch, generator)` returns the batch to train on instead.

    Returns
    -------
    nn.Module
        The model, in eval mode.
    """
    generator = torch.Generator().manual_seed(seed)
    batches = -(-len(x) // 64)
    optimiser = torch.optim.Adam(model.parameters(), lr=learning_rate)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, max_lr=learning_rate, total_steps=epochs * batches
    )
    model.train()
    for _ in range(epochs):
        for chosen in torch.randperm(len(x), generator=generator).split(64):
            batch = x[chosen] if augment is None else augment(x[chosen], generator)
            optimiser.zero_grad()
            loss(model(batch), y[chosen]).backward()
            optimiser.step()
            schedule.step()
    return model.eval()


@torch.no_grad()
def outputs(model, x):
    """Run a model in eval mode over `x (N, C, H, W)`, 250 images at a time."""
    model.eval()
    return torch.cat([model(part) for part in x.split(250)])


def accuracy(model, x, y):
    """Percentage of images whose largest output is their label."""
    return 100 * (outputs(model, x).argmax(1) == y).double().mean().item()


def parameters(module: nn.Module):
    """Count weights and biases."""
    return sum(p.numel() for p in module.parameters())
