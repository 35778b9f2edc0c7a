import json
import socket
import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from autograder.cases import Case, Made, Observation, Strided, Value
from autograder.grading import wire

PLAIN = st.none() | st.booleans() | st.integers() | st.text() | st.floats(allow_nan=False)
ARRAYS = hnp.arrays(st.sampled_from([np.float16, np.float32, np.float64, np.int64, np.bool_]),
                    hnp.array_shapes(min_dims=0, max_dims=4, min_side=0))
TREES = st.recursive(
    PLAIN | ARRAYS,
    lambda inner: st.lists(inner) | st.lists(inner).map(tuple)
    | st.dictionaries(st.text(), inner), max_leaves=8)


def same(a, b):
    if isinstance(a, np.ndarray):
        return a.dtype == b.dtype and a.shape == b.shape and np.array_equal(
            a, b, equal_nan=a.dtype.kind == "f")
    if isinstance(a, list | tuple):
        return type(a) is type(b) and len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(same(a[key], b[key]) for key in a)
    return type(a) is type(b) and a == b


@given(TREES)
def test_a_tree_comes_back_as_it_was(tree):
    assert same(tree, wire.loads(wire.dumps(tree)))


def test_case_records_come_back_as_they_were():
    case = Case("padding", (Strided(np.ones((2, 2))), Made("net"), 2), {"padding": (1, 0)},
                error=(3,))
    back = wire.loads(wire.dumps(case))
    assert back.args[1:] == case.args[1:] and back.kwargs == case.kwargs and back.error == (3,)
    assert np.array_equal(back.args[0].array, np.ones((2, 2)))


def test_an_observation_comes_back_as_it_was():
    seen = Observation({"output": Value(np.asarray(2.5), "float64")})
    back = wire.loads(wire.dumps(seen))
    assert back.values["output"].array.shape == () and back.error is None


@given(st.binary(max_size=200))
def test_random_bytes_are_a_bad_message_or_a_tree_and_nothing_else(data):
    try:
        wire.loads(data)
    except wire.BadMessage:
        pass


@given(st.binary(min_size=1, max_size=60), st.integers(0, 400))
def test_a_damaged_message_is_a_bad_message_or_a_tree_and_nothing_else(damage, where):
    data = bytearray(wire.dumps(Observation({"output": Value(np.ones((3, 3)), "float64")})))
    where %= len(data)
    data[where : where + len(damage)] = damage
    try:
        wire.loads(bytes(data))
    except wire.BadMessage:
        pass


def message_with_array(dtype, shape):
    text = json.dumps({"array": [dtype, shape]}).encode()
    return struct.pack("<Q", len(text)) + text + b"x" * 8


@pytest.mark.parametrize("shape", [[10**6, 10**6], [2], [-1], [1.0], ["1"], [10**30], [True]])
def test_an_array_whose_shape_does_not_fit_its_bytes_is_refused(shape):
    with pytest.raises(wire.BadMessage):
        wire.loads(message_with_array("<f8", shape))


@pytest.mark.parametrize("dtype", ["|O", "<U4", "<c16", "|V8", "<M8[s]", 7, None])
def test_an_array_of_anything_but_real_numbers_is_refused(dtype):
    with pytest.raises(wire.BadMessage):
        wire.loads(message_with_array(dtype, [1]))


def test_a_message_over_the_limit_is_refused_before_it_is_read():
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.sendall(struct.pack("<Q", 1 << 40))
        with pytest.raises(wire.BadMessage, match="at most 100"):
            wire.receive(ours, 100)


def test_a_closed_socket_is_an_end_of_file():
    ours, theirs = socket.socketpair()
    theirs.close()
    with ours, pytest.raises(EOFError):
        wire.receive(ours, 100)


def test_what_cannot_be_sent_is_named():
    with pytest.raises(TypeError, match="set cannot be sent"):
        wire.dumps({"a": {1, 2}})
