"""Networks written as text, such as ``Sequential(Conv2d(1, 2, 3), MaxPool2d(2)).eval()``.

So a case stays plain data, and a message shows the network as a learner would write it.
"""

from __future__ import annotations

import ast
from typing import Any

from torch import nn

from autograder.cases import Made


def sequential(*layers: str, then: str = "") -> Made:
    """Return a network of layers, each written as text, as an argument of a case."""
    return Made(f"Sequential({', '.join(layers)}){then}")


def build(text: str) -> nn.Module:
    """Return the network that a text of constructors from ``torch.nn`` describes.

    Raises
    ------
    ValueError
        If there is anything else in the text.
    """
    return _value(ast.parse(text, mode="eval").body)


def _value(node: ast.expr) -> Any:
    match node:
        case ast.Constant(value):
            return value
        case ast.Tuple(elts):
            return tuple(map(_value, elts))
        case ast.Call(ast.Name(name), args, keywords):
            options = {keyword.arg: _value(keyword.value) for keyword in keywords}
            return getattr(nn, name)(*map(_value, args), **options)
        case ast.Call(ast.Attribute(module, "eval" | "double" as method), [], []):
            return getattr(_value(module), method)()
    raise ValueError(f"build: expected constructors of torch.nn, got {ast.unparse(node)}")
