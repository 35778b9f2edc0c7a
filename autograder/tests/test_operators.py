"""An exercise's forbidden operator is found however it is called, and is not there to call."""

import pytest

from autograder.grading.judge import judge
from autograder.grading.release import source_notebook

ANSWER = '''
def max_pool2d(x, kernel_size, stride=None, padding=0):
    pool_geometry(x.shape[2:], kernel_size, stride, padding)
    return {call}
'''
CALLS = {
    "function": "torch.nn.functional.max_pool2d(x, kernel_size, stride, padding)",
    "module": "torch.nn.MaxPool2d(kernel_size, stride, padding)(x)",
    "with indices": "torch.nn.functional.max_pool2d(x, kernel_size, stride, padding, "
                    "return_indices=True)[0]",
    "torch": "torch.max_pool2d(x, kernel_size, stride or kernel_size, padding)",
    "torch.ops": "torch.ops.aten.max_pool2d(x, pair(kernel_size), pair(stride or kernel_size), "
                 "pair(padding))",
    "one overload": "torch.ops.aten.max_pool2d_with_indices.default(x, pair(kernel_size), "
                    "pair(stride or kernel_size), pair(padding))[0]",
    "torch._C": "torch._C._nn.max_pool2d_with_indices(x, kernel_size, stride or kernel_size, "
                "padding)[0]",
    "TorchScript": "torch.jit.script(torch.nn.MaxPool2d(kernel_size, stride, padding))(x)",
    "vmap": "torch.func.vmap(lambda a: torch.max_pool2d(a, kernel_size, stride or kernel_size, "
            "padding))(x)",
    "three dimensions": "torch.nn.functional.max_pool3d(x[:, :, None], (1, *pair(kernel_size)), "
                        "(1, *pair(stride or kernel_size)), (0, *pair(padding)))[:, :, 0]",
    "decomposed": "torch.ops.aten.max_pool2d.default.decompose(x, pair(kernel_size), "
                  "pair(stride or kernel_size), pair(padding))",
    "a hidden name": "getattr(torch, 'max_' + 'pool2d')(x, kernel_size, stride or kernel_size, "
                     "padding)",
}
#: Ways around the record of operators, which only the missing kernels stop.
AROUND = {
    "thread": '''
import threading

def max_pool2d(x, kernel_size, stride=None, padding=0):
    out = []
    thread = threading.Thread(target=lambda: out.append(
        torch.nn.functional.max_pool2d(x, kernel_size, stride, padding)))
    thread.start(); thread.join()
    return out[0]
''',
    "the record switched off": '''
import autograder.observe_torch as observe_torch
observe_torch._forbidden = lambda *a: ()

def max_pool2d(x, kernel_size, stride=None, padding=0):
    return torch.nn.functional.max_pool2d(x, kernel_size, stride, padding)
''',
    "another process": '''
import subprocess, sys, io

def max_pool2d(x, kernel_size, stride=None, padding=0):
    file = io.BytesIO(); torch.save(x.detach(), file)
    code = (f"import sys, torch, io; x = torch.load(io.BytesIO(sys.stdin.buffer.read())); "
            f"f = io.BytesIO(); torch.save(torch.nn.functional.max_pool2d(x, {kernel_size}, "
            f"{stride}, {padding}), f); sys.stdout.buffer.write(f.getvalue())")
    done = subprocess.run([sys.executable, "-c", code], input=file.getvalue(), capture_output=True)
    return torch.load(io.BytesIO(done.stdout)) + 0 * x.sum()
''',
    "a fork made before": '''
import os, multiprocessing

def serve(pipe):
    while True:
        x, *rest = pipe.recv()
        pipe.send(torch.nn.functional.max_pool2d(x, *rest))

ours, theirs = multiprocessing.Pipe()
if os.fork() == 0:
    serve(theirs)

def max_pool2d(x, kernel_size, stride=None, padding=0):
    ours.send((x.detach(), kernel_size, stride, padding))
    return ours.recv() + 0 * x.sum()
''',
    "the kernel put back": '''
import gc
for one in gc.get_objects():
    if isinstance(one, torch.library.Library):
        one._destroy()

def max_pool2d(x, kernel_size, stride=None, padding=0):
    return torch.nn.functional.max_pool2d(x, kernel_size, stride, padding)
''',
}


@pytest.fixture(scope="module")
def source(root):
    return source_notebook("pooling_torch", root)


def judged(source, root, text):
    nb = source.copy()
    nb.cells = [cell.copy() for cell in source.cells]
    next(cell for cell in nb.cells if cell.id == "max_pool2d").source = text
    return judge(nb, "pooling_torch", root, 0, only=("max_pool2d",)).scores["max_pool2d"]


@pytest.mark.parametrize("way", CALLS)
def test_the_operator_earns_nothing_however_it_is_called(source, root, way):
    found = judged(source, root, ANSWER.format(call=CALLS[way]))
    assert found.total == 0


@pytest.mark.parametrize("way", ["function", "module", "torch.ops", "vmap"])
def test_the_learner_is_told_which_operator_it_was(source, root, way):
    found = judged(source, root, ANSWER.format(call=CALLS[way]))
    assert "max_pool2d" in found.reason and "which this exercise does not allow" in found.reason


@pytest.mark.parametrize("way", AROUND)
def test_there_is_no_way_around_the_record(source, root, way):
    assert judged(source, root, AROUND[way]).total == 0


def test_an_operator_that_is_called_beside_the_answer_does_no_harm(source, root):
    reference = next(cell.source for cell in source.cells if cell.id == "max_pool2d")
    text = f"{reference}\n\nprint(torch.nn.functional.max_pool2d(torch.ones(1, 1, 4, 4), 2))"
    assert judged(source, root, text).total == 10


def test_a_module_that_is_built_and_never_called_does_no_harm(source, root):
    reference = next(cell.source for cell in source.cells if cell.id == "max_pool2d")
    assert judged(source, root, f"layer = torch.nn.MaxPool2d(2)\n{reference}").total == 10


def test_unfold_is_always_allowed(source, root):
    text = '''
def max_pool2d(x, kernel_size, stride=None, padding=0):
    kernel, stride, (ph, pw), output = pool_geometry(x.shape[2:], kernel_size, stride, padding)
    padded = torch.nn.functional.pad(x, (pw, pw, ph, ph), value=float("-inf"))
    columns = torch.nn.functional.unfold(padded, kernel, stride=stride)
    return columns.reshape(*x.shape[:2], -1, *output).max(dim=2)[0]
'''
    assert judged(source, root, text).total == 10
