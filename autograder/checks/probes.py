"""Networks without luck, for exercises that measure a network: each says what is done to it."""

from __future__ import annotations

import torch
from torch import nn


class TopLeft(nn.Module):
    """Class 0 if the pixel in the top left corner is above 2, else class 1."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Map (N, C, H, W) to scores (N, 2)."""
        corner = x[:, 0, 0, 0]
        return torch.stack([corner, torch.full_like(corner, 2.0)], 1)


class Rows(nn.Module):
    """As many classes as rows: the one with the largest sum."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Map (N, C, H, W) to scores (N, H)."""
        return x.sum((1, 3))


class Columns(nn.Module):
    """As many classes as columns: the one with the largest sum."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Map (N, C, H, W) to scores (N, W)."""
        return x.sum((1, 2))


class Linear(nn.Module):
    """Five classes, scored by a fixed weight for every pixel of any map."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Map (N, C, H, W) to scores (N, 5)."""
        flat = x.flatten(1)
        place = torch.arange(flat.shape[1], device=x.device)[:, None]
        weight = (place * 37 + torch.arange(5, device=x.device) * 101) * 7919 % 997 - 498
        return flat @ weight.to(x.dtype)


class Channels(nn.Module):
    """As many classes as channels: the one with the largest pixel, wherever it is."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Map (N, C, H, W) to scores (N, C)."""
        return x.amax((2, 3))


def Flatten() -> nn.Module:
    """Return a module with a class for each pixel."""
    return nn.Flatten()


def _net() -> nn.Module:
    """Return a net whose batch norm and dropout show the mode it is in."""
    return nn.Sequential(nn.BatchNorm2d(2), nn.Dropout(0.5), nn.Sequential(nn.ReLU(), Channels()))


def net_in_train_mode() -> nn.Module:
    """Return the net with all its parts in train mode."""
    return _net().train()


def net_in_eval_mode() -> nn.Module:
    """Return the net with all its parts in eval mode."""
    return _net().eval()


def net_with_mixed_modes() -> nn.Module:
    """Return the net in train mode but for a frozen batch norm, as in fine-tuning."""
    net = _net().train()
    net[0].eval()
    return net
