"""Call a learner's PyTorch function or module on a case, forward and backward."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import numpy as np
import torch
from torch.autograd import _disable_profiler_legacy
from torch.autograd.profiler_legacy import profile

from autograder import observe_numpy
from autograder.cases import Case, Exercise, Observation, Strided, Value, WrongType, failed
from autograder.weights import fill, named

#: How PyTorch names the run of one node of the backward graph.
ENGINE = "autograd::engine::evaluate_function: "


def observe(exercise: Exercise, learner: Any, case: Case, device: str = "cpu") -> Observation:
    """Return what a learner's function, module or autograd function does with a case.

    Parameters
    ----------
    learner
        What the learner defined under the exercise's name.
    device
        Where the tensors live, ``"cpu"`` or ``"cuda"``.
    """
    args = [_tensor(value, device, case.grad is not None) for value in case.args]
    before = [value.detach().clone() for value in args if isinstance(value, torch.Tensor)]
    calls: set[str] = set()
    try:
        with recorded(exercise.forbidden, calls):
            module = _callable(exercise, learner, case, args)
            with _called_on_other_numbers(module, learner, case, args):
                output = module(*args, **case.kwargs)
        values = {"output": value_of(output)}
        if case.grad is not None:
            values |= _gradients(exercise, module, args, output, case, calls)
    except Exception as error:
        return replace(failed(error), forbidden=_forbidden(exercise, learner, calls))
    after = [value for value in args if isinstance(value, torch.Tensor)]
    same = all(torch.equal(a, b) for a, b in zip(before, after, strict=True))
    return Observation(
        values, None, () if same else ("its input",), _forbidden(exercise, learner, calls))


@contextmanager
def recorded(forbidden: str, calls: set[str]) -> Iterator[None]:
    """Collect the names of all operators that PyTorch runs, if any are forbidden."""
    if not forbidden:
        yield
        return
    profile().__enter__()
    try:
        yield
    finally:
        # The profile's own exit builds a table of all events, which takes ten times as long.
        records = _disable_profiler_legacy()
        calls |= {record.name() for thread in records for record in thread}


def _forbidden(exercise: Exercise, learner: Any, calls: set[str]) -> tuple[str, ...]:
    # The nodes of a backward pass through the learner's own autograd function: it and the input.
    own = f"{ENGINE}{getattr(learner, '__name__', '')}Backward"
    found = {name for name in calls - {own, f"{ENGINE}torch::autograd::AccumulateGrad"}
             if exercise.forbidden and re.search(exercise.forbidden, name)}
    return tuple(sorted({"autograd" if name.startswith(ENGINE) else name for name in found}))


def _callable(exercise: Exercise, learner: Any, case: Case, args: list) -> Any:
    if not isinstance(learner, type):
        return learner
    if issubclass(learner, torch.autograd.Function):
        return learner.apply
    first = next(value for value in args if isinstance(value, torch.Tensor))
    module = learner(*case.init, **case.init_kwargs).to(first.device, first.dtype)
    fill(module, case.weights)
    return module


@contextmanager
def _called_on_other_numbers(module: Any, learner: Any, case: Case, args: list) -> Iterator[None]:
    """Call a module, before and after, on its arguments turned round, where a case is mixed."""
    def call() -> None:
        if case.mixed and isinstance(learner, type):
            module(*(value.detach().flip(-1) if isinstance(value, torch.Tensor) else value
                     for value in args), **case.kwargs)

    call()
    yield
    call()


def _tensor(value: Any, device: str, gradient: bool) -> Any:
    strided = isinstance(value, Strided)
    value = value.array if strided else value
    if not isinstance(value, np.ndarray):
        return value
    tensor = torch.tensor(value, device=device)
    if strided:
        *outer, size = value.shape
        view = tensor.new_zeros((*outer, 2 * size + 1))[..., :-1:2]
        tensor = view.copy_(tensor)
    return tensor.requires_grad_(gradient and tensor.is_floating_point())


def _gradients(exercise, module, args, output, case, calls) -> dict[str, Value]:
    """Return the gradients in inputs and parameters; those that do not arrive are left out."""
    above = _tensor(case.grad, output.device, False).to(output.dtype)
    if output.shape != above.shape or not output.requires_grad:
        return {}
    tensors = [value for value in args if isinstance(value, torch.Tensor)]
    inputs = dict(zip(exercise.arguments, tensors, strict=False))
    if isinstance(module, torch.nn.Module):
        inputs |= named(module, case.weights) or dict(module.named_parameters())
    inputs = {name: value for name, value in inputs.items() if value.requires_grad}
    with recorded(exercise.forbidden, calls):
        found = torch.autograd.grad(output, list(inputs.values()), above, allow_unused=True)
    return {f"gradient of {name}": value_of(one.reshape(-1) if one.numel() == 1 else one)
            for name, one in zip(inputs, found, strict=True) if one is not None}


def value_of(result: Any) -> Value:
    """Return a tensor or number as a value on the CPU.

    Raises
    ------
    WrongType
        If it is neither.
    """
    if isinstance(result, bool | int | float):
        return observe_numpy.value_of(result)
    if not isinstance(result, torch.Tensor):
        raise WrongType(f"expected a tensor, got {type(result).__name__}")
    plain = result.detach().cpu()
    if plain.dtype == torch.bfloat16:
        plain = plain.float()
    dtype = str(result.dtype).removeprefix("torch.")
    return Value(plain.numpy().copy(), dtype, result.device.type)
