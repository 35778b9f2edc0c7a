"""Messages over a socket: trees of plain values and arrays; never a pickle.

A frame is its length, then the length of a JSON text, that text, and the bytes of the arrays in the
order in which the text names them, each with its dtype and shape. What comes from a learner's
process is read with a limit; dtypes and sizes are checked before any array is made.
"""

from __future__ import annotations

import json
import math
import socket
import struct
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np

from autograder.cases import Case, Made, Observation, Strided, Value

RECORDS = {record.__name__: record for record in (Case, Made, Observation, Strided, Value)}
#: The dtypes that can be sent: real numbers and truth values.
DTYPES = {np.dtype(code).str for code in ("?", *"bhilqBHILQ", "e", "f", "d")}

#: A child's first word: it is shut in.
READY = "ready"
#: The answer about a name that no cell has defined.
UNDEFINED = "undefined"


class BadMessage(Exception):
    """What came over the socket is no message; the text says why."""


def send(channel: socket.socket, tree: Any) -> None:
    """Send a tree of None, bool, int, float, str, list, tuple, dict, arrays and case records."""
    data = dumps(tree)
    channel.sendall(struct.pack("<Q", len(data)) + data)


def receive(channel: socket.socket, limit: int, watch: Callable[[], None] | None = None) -> Any:
    """Receive one tree of at most ``limit`` bytes.

    Parameters
    ----------
    watch
        Called whenever some bytes came, or the channel's timeout passed with none; it may raise
        to give up. Without it, the channel's timeout ends the waiting.

    Raises
    ------
    BadMessage
        If what came is too long or is no message.
    EOFError
        If the other side closed the socket.
    """
    (length,) = struct.unpack("<Q", _exactly(channel, 8, watch))
    if length > limit:
        raise BadMessage(f"a message of {length} bytes; at most {limit} are taken")
    return loads(_exactly(channel, length, watch))


def _exactly(channel: socket.socket, length: int, watch: Callable[[], None] | None) -> bytes:
    parts = []
    while length:
        try:
            part = channel.recv(min(length, 1 << 20))
            if not part:
                raise EOFError("the other side closed the socket")
            parts.append(part)
            length -= len(part)
        except TimeoutError:
            if not watch:
                raise
        if watch:
            watch()
    return b"".join(parts)


def dumps(tree: Any) -> bytes:
    """Return a tree as bytes.

    Raises
    ------
    TypeError
        If something in it cannot be sent.
    """
    arrays: list[bytes] = []
    text = json.dumps(_plain(tree, arrays)).encode()
    return b"".join([struct.pack("<Q", len(text)), text, *arrays])


def loads(data: bytes) -> Any:
    """Return the tree of `dumps`.

    Raises
    ------
    BadMessage
        If the bytes are not such a tree.
    """
    try:
        (length,) = struct.unpack_from("<Q", data)
        end = min(8 + length, len(data))
        return _rich(json.loads(data[8:end]), Arrays(data, end))
    except BadMessage:
        raise
    except (ValueError, TypeError, KeyError, IndexError, AttributeError, struct.error,
            RecursionError) as error:
        raise BadMessage(f"not a message: {type(error).__name__}") from None


class Arrays:
    """The arrays at the end of a message, taken in their order."""

    def __init__(self, data: bytes, start: int) -> None:
        self.data, self.start = data, start

    def take(self, dtype: str, shape: list[int]) -> np.ndarray:
        """Return the next array.

        Raises
        ------
        BadMessage
            If its dtype is none of `DTYPES`, or there are not enough bytes left for its shape.
        """
        if dtype not in DTYPES or not all(type(n) is int and n >= 0 for n in shape):
            raise BadMessage(f"an array of dtype {dtype!r:.20} and shape {shape!r:.60}")
        count = math.prod(shape)
        size = count * np.dtype(dtype).itemsize
        if size > len(self.data) - self.start:
            raise BadMessage(f"an array of {size} bytes in {len(self.data) - self.start}")
        array = np.frombuffer(self.data, dtype, count, self.start).reshape(shape)
        self.start += size
        return array.copy()


def _plain(value: Any, arrays: list[bytes]) -> Any:
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, np.ndarray):
        if value.dtype.str not in DTYPES:
            raise TypeError(f"send: an array of dtype {value.dtype} cannot be sent")
        arrays.append(value.tobytes())
        return {"array": [value.dtype.str, list(value.shape)]}
    if isinstance(value, list):
        return [_plain(item, arrays) for item in value]
    if isinstance(value, tuple):
        return {"tuple": [_plain(item, arrays) for item in value]}
    if isinstance(value, dict):
        return {"dict": [[key, _plain(item, arrays)] for key, item in value.items()]}
    if is_dataclass(value) and type(value).__name__ in RECORDS:
        items = {f.name: _plain(getattr(value, f.name), arrays) for f in fields(value)}
        return {"record": [type(value).__name__, items]}
    raise TypeError(f"send: {type(value).__name__} cannot be sent")


def _rich(value: Any, arrays: Arrays) -> Any:
    if isinstance(value, list):
        return [_rich(item, arrays) for item in value]
    if not isinstance(value, dict):
        return value
    ((kind, content),) = value.items()
    if kind == "array":
        return arrays.take(*content)
    if kind == "tuple":
        return tuple(_rich(item, arrays) for item in content)
    if kind == "dict":
        return {key: _rich(item, arrays) for key, item in content}
    name, items = content
    return RECORDS[name](**{key: _rich(item, arrays) for key, item in items.items()})
