"""Where torch exercises run."""

from __future__ import annotations

from pathlib import Path


def choose(device: str) -> str:
    """Return ``device``, or what the machine has if it is empty: ``"cuda"``, else ``"cpu"``.

    Raises
    ------
    ValueError
        If ``"cuda"`` is asked for and there is none.
    """
    if device == "cpu" or not (device or any(Path("/dev").glob("nvidia*"))):
        return "cpu"  # Without importing torch, which takes seconds.
    import torch

    if device not in ("", "cpu", "cuda"):
        raise ValueError(f"device {device!r}: expected cpu or cuda")
    if device == "cuda" and not torch.cuda.is_available():
        raise ValueError("device 'cuda': PyTorch finds no CUDA device on this machine")
    return device or ("cuda" if torch.cuda.is_available() else "cpu")
