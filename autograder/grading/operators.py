"""Take operators out of PyTorch in this process, for good, before any learner's code runs."""

from __future__ import annotations

import ctypes
import re
import warnings
from collections.abc import Callable
from functools import cache

#: Where the dispatcher finds the kernels of tensors that a notebook can make.
KEYS = ("CPU", "CUDA", "MkldnnCPU", "QuantizedCPU", "NestedTensorCPU")


@cache
def matching(pattern: str) -> tuple[str, ...]:
    """Return the names of PyTorch's operators that a regular expression finds; none if empty."""
    if not pattern:
        return ()
    import torch

    names = torch._C._dispatch_get_all_op_names()
    return tuple(sorted(name for name in names if re.search(pattern, name)))


@cache
def kernels(pattern: str) -> tuple[tuple[str, str], ...]:
    """Return the operators that a regular expression finds, each with a key to take it out at.

    Where an operator has no kernel of its own at a key, it calls others, whose names match too or
    who are what the exercise is about: but some that are put together of others (and of kernels
    without a name) run at any key.
    """
    names = matching(pattern)
    if names:
        import torch

        has = torch._C._dispatch_has_kernel_for_dispatch_key
        return tuple((name, key) for name in names for key in KEYS
                     if key == "CPU" or has(name, key) or has(name, "CompositeImplicitAutograd"))
    return ()


def disable(pattern: str) -> None:
    """Make every operator whose name matches raise, however it is reached.

    Function, module, ``torch.ops``, TorchScript, ``vmap`` and the way back all go through
    PyTorch's dispatcher; there the kernels are replaced. The registration is kept by a reference
    that nothing in Python holds, so that it cannot be undone by dropping it.

    Parameters
    ----------
    pattern
        A regular expression over names such as ``aten::max_pool2d``.
    """
    import torch

    found = kernels(pattern)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # PyTorch warns that kernels are replaced: they are.
        for namespace in {name.partition("::")[0] for name, _ in found}:
            library = torch._C._dispatch_library("IMPL", namespace, "", __file__, 0)
            for name, key in found:
                if name.startswith(f"{namespace}::"):
                    library.impl(name.partition("::")[2], key, _refusal(name))
            ctypes.pythonapi.Py_IncRef(ctypes.py_object(library))


def _refusal(name: str) -> Callable:
    def refuse(*_args, **_kwargs):
        raise RuntimeError(f"{name} is not there: an exercise of this notebook asks you to do "
                           "without it")
    return refuse
