"""The images: where they come from, and that the embedded ones are the ones they claim to be."""

import gzip
import logging

import numpy as np
import pytest

from experiments import data


def test_embedded_images_are_balanced_and_scaled():
    images = data.load("fashion_mnist", source="embedded")
    assert images.x_train.shape == (4000, 1, 28, 28) and images.x_test.shape == (2000, 1, 28, 28)
    assert images.x_train.dtype == np.float32 and images.y_train.dtype == np.int64
    assert images.x_train.min() == 0 and images.x_train.max() == 1
    assert np.bincount(images.y_train).tolist() == [400] * 10
    assert np.bincount(images.y_test).tolist() == [200] * 10


@pytest.mark.skipif(not data.SYSTEM.exists(), reason="Debian's dataset-fashion-mnist is absent")
def test_embedded_images_are_rebuilt_from_the_original_files():
    rebuilt = data.embedded_arrays()
    with np.load(data.EMBEDDED) as kept:
        assert sorted(kept) == sorted(rebuilt)
        for field, values in rebuilt.items():
            assert values.dtype == kept[field].dtype
            np.testing.assert_array_equal(values, kept[field])


def test_the_licence_lies_beside_the_images():
    licence = data.EMBEDDED.with_name("LICENSE-fashion-mnist.txt").read_text(encoding="utf-8")
    assert "MIT" in licence and "Zalando" in licence


def test_digits_are_small_and_in_the_unit_interval():
    images = data.load("digits")
    assert images.x_train.shape == (1200, 1, 8, 8) and images.x_test.shape == (597, 1, 8, 8)
    assert images.x_train.min() == 0 and images.x_train.max() == 1
    assert "scikit-learn" in images.source


def test_the_users_folder_comes_first_and_is_logged(tmp_path, monkeypatch, caplog):
    for part, count in (("train", 3), ("t10k", 2)):
        _write_idx(tmp_path / f"{part}-images-idx3-ubyte.gz", np.full((count, 28, 28), 255))
        _write_idx(tmp_path / f"{part}-labels-idx1-ubyte.gz", np.arange(count))
    monkeypatch.setenv(data.FOLDER_VARIABLE, str(tmp_path))
    with caplog.at_level(logging.INFO):
        images = data.load("fashion_mnist")
    assert images.x_train.shape == (3, 1, 28, 28) and images.y_test.tolist() == [0, 1]
    assert images.x_train.min() == 1
    assert str(tmp_path) in images.source and images.source in caplog.text


def test_without_any_other_place_the_embedded_images_are_used(tmp_path, monkeypatch, caplog):
    monkeypatch.delenv(data.FOLDER_VARIABLE, raising=False)
    monkeypatch.setattr(data, "SYSTEM", tmp_path)
    monkeypatch.setitem(__import__("sys").modules, "torchvision.datasets", None)
    with caplog.at_level(logging.INFO):
        images = data.load("fashion_mnist")
    assert "embedded" in images.source
    assert "not in 'system'" in caplog.text and "not in 'torchvision'" in caplog.text


def test_an_unknown_name_or_source_says_what_there_is(monkeypatch):
    with pytest.raises(ValueError, match='"fashion_mnist" or "digits"'):
        data.load("mnist")
    with pytest.raises(ValueError, match="folder, system, torchvision, embedded"):
        data.load("fashion_mnist", source="web")
    monkeypatch.delenv(data.FOLDER_VARIABLE, raising=False)
    with pytest.raises(FileNotFoundError, match="COURSE_DATA is not set"):
        data.load("fashion_mnist", source="folder")


def _write_idx(path, values):
    header = bytes([0, 0, 8, values.ndim]) + np.array(values.shape, ">i4").tobytes()
    with gzip.open(path, "wb") as file:
        file.write(header + values.astype(np.uint8).tobytes())
