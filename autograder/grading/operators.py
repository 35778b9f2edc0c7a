"""Take operators out of PyTorch in this process, for good, before any learner's code runs."""

from __future__ import annotations

import ctypes
import re
import warnings
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

    names = matching(pattern)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # PyTorch warns that kernels are replaced: they are.
        for namespace in {name.partition("::")[0] for name in names}:
            library = torch._C._dispatch_library("IMPL", namespace, "", __file__, 0)
            for name in names:
                if name.startswith(f"{namespace}::"):
                    _replace(library, name)
            ctypes.pythonapi.Py_IncRef(ctypes.py_object(library))


def _replace(library, name: str) -> None:
    def refuse(*_args, **_kwargs):
        raise RuntimeError(f"{name} is not there: an exercise of this notebook asks you to do "
                           "without it")

    for key in KEYS:
        library.impl(name.partition("::")[2], key, refuse)
