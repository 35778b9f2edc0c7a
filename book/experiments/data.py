"""Load the image sets of the book, and say where they came from.

`python -m experiments.data` (run in `book/`) rebuilds the embedded subset of Fashion-MNIST from
the original idx files.
"""

import gzip
import logging
import os
from pathlib import Path
from typing import NamedTuple

import numpy as np
from sklearn.datasets import load_digits

EMBEDDED = Path(__file__).parent / "data" / "fashion_mnist.npz"
SYSTEM = Path("/usr/share/datasets/fashion-mnist")
FOLDER_VARIABLE = "COURSE_DATA"
TRAIN_PER_CLASS, TEST_PER_CLASS = 400, 200

log = logging.getLogger(__name__)


class Images(NamedTuple):
    """Grey images in [0, 1] as float32 `(N, 1, H, W)`, their labels, and where they came from."""

    x_train: np.ndarray
    y_train: np.ndarray
    x_test: np.ndarray
    y_test: np.ndarray
    source: str


def load(name, source=None):
    """Load an image set and log where it was found.

    Parameters
    ----------
    name : {"fashion_mnist", "digits"}
        `fashion_mnist` has 28×28 images and its authors' split. `digits` has 8×8 images and no
        split: its last 597 images are `x_test`.
    source : {"folder", "system", "torchvision", "embedded"}, optional
        The only place to look. By default the first that has the data, in this order: the folder
        named by the environment variable `COURSE_DATA`, the system's (Debian's
        `dataset-fashion-mnist`), torchvision, the subset that ships with the book.

    Returns
    -------
    Images

    Raises
    ------
    ValueError
        The name or the source is unknown.
    FileNotFoundError
        The place asked for does not have the data.
    """
    if name == "digits":
        images = _digits()
    elif name == "fashion_mnist":
        images = _fashion_mnist(source)
    else:
        raise ValueError(f'load({name!r}): expected "fashion_mnist" or "digits"')
    log.info("%s: %s", name, images.source)
    return images


def _digits():
    digits = load_digits()
    x = (digits.images / 16).astype(np.float32)[:, None]
    y = digits.target.astype(np.int64)
    return Images(x[:1200], y[:1200], x[1200:], y[1200:], "digits, 1797 images from scikit-learn")


def _fashion_mnist(source):
    readers = {
        "folder": _from_folder,
        "system": lambda: _from_idx(SYSTEM, f"the system's {SYSTEM}"),
        "torchvision": _from_torchvision,
        "embedded": _from_embedded,
    }
    if source is not None and source not in readers:
        raise ValueError(f"load(source={source!r}): expected one of {', '.join(readers)}")
    for place in readers if source is None else [source]:
        try:
            return readers[place]()
        except (FileNotFoundError, ImportError) as reason:
            if source is not None:
                raise FileNotFoundError(f"Fashion-MNIST is not in {place!r}: {reason}") from reason
            log.info("fashion_mnist is not in %r: %s", place, reason)
    raise FileNotFoundError(f"Fashion-MNIST is in none of {', '.join(readers)}")


def _from_folder():
    folder = os.environ.get(FOLDER_VARIABLE)
    if not folder:
        raise FileNotFoundError(f"the variable {FOLDER_VARIABLE} is not set")
    return _from_idx(Path(folder), f"the folder {folder}")


def _from_idx(folder, where):
    arrays = [
        _read_idx(folder / f"{part}-{kind}-ubyte.gz")
        for part in ("train", "t10k")
        for kind in ("images-idx3", "labels-idx1")
    ]
    return _images(*arrays, f"Fashion-MNIST, all of it, from {where}")


def _read_idx(path):
    """Read a gzipped idx file: magic number (type, number of axes), sizes, then unsigned bytes."""
    with gzip.open(path) as file:
        content = file.read()
    axes = content[3]
    shape = np.frombuffer(content, ">i4", count=axes, offset=4)
    return np.frombuffer(content, np.uint8, offset=4 + 4 * axes).reshape(shape)


def _from_torchvision():
    from torchvision.datasets import FashionMNIST  # not a requirement: imported where it is wanted

    root = Path.home() / ".cache" / "torchvision"
    try:
        train, test = (FashionMNIST(root, train=part, download=True) for part in (True, False))
    except (OSError, RuntimeError) as reason:
        raise FileNotFoundError(f"torchvision could not fetch it: {reason}") from reason
    arrays = (np.asarray(a) for a in (train.data, train.targets, test.data, test.targets))
    return _images(*arrays, "Fashion-MNIST, all of it, from torchvision")


def _from_embedded():
    with np.load(EMBEDDED) as arrays:
        x_train, y_train, x_test, y_test = (arrays[field] for field in Images._fields[:4])
    sizes = f"{len(x_train)} and {len(x_test)} images"
    return _images(x_train, y_train, x_test, y_test, f"Fashion-MNIST, embedded subset of {sizes}")


def _images(x_train, y_train, x_test, y_test, source):
    def scaled(x):
        return (x / np.float32(255)).astype(np.float32)[:, None]

    return Images(
        scaled(x_train), y_train.astype(np.int64), scaled(x_test), y_test.astype(np.int64), source
    )


def embedded_arrays(folder=SYSTEM):
    """Choose the subset from the idx files: the first images of each class, in the files' order.

    Returns
    -------
    dict of str to np.ndarray
        `x_train (4000, 28, 28)`, `y_train`, `x_test (2000, 28, 28)`, `y_test`, all uint8.
    """
    chosen = {}
    for part, field, count in (
        ("train", "train", TRAIN_PER_CLASS),
        ("t10k", "test", TEST_PER_CLASS),
    ):
        x = _read_idx(Path(folder) / f"{part}-images-idx3-ubyte.gz")
        y = _read_idx(Path(folder) / f"{part}-labels-idx1-ubyte.gz")
        first = np.sort(np.concatenate([np.flatnonzero(y == label)[:count] for label in range(10)]))
        chosen[f"x_{field}"], chosen[f"y_{field}"] = x[first], y[first]
    return chosen


if __name__ == "__main__":
    np.savez_compressed(EMBEDDED, **embedded_arrays())
