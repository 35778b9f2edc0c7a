"""Pictures of the GAP chapter: what can be read off features, and class activation maps."""

from statistics import mean

import numpy as np
import torch

from experiments.activation_maps import PICTURES, SCENE, enlarged, tiled
from experiments.data import load
from experiments.probe import STAGES, read
from experiments.record import results
from experiments.spread import plus_minus, sd
from figures.style import COLOURS, MARKERS, canvas, card

CLASSES = (
    *("T-shirt", "trousers", "pullover", "dress", "coat"),
    *("sandal", "shirt", "sneaker", "bag", "ankle boot"),
)
READERS = {"linear": ("linear", "max"), "mean": ("nearest mean", "average")}


def probes():
    """Draw how well classes can be read off the features, stage by stage."""
    rows = results("probe")["rows"]
    figure, ax = canvas(3.8)
    words = []
    for reader, (label, key) in READERS.items():
        columns = [read(rows, stage, reader) for stage in STAGES]
        ax.errorbar(
            range(len(STAGES)),
            [mean(column) for column in columns],
            [sd(column) for column in columns],
            capsize=4,
            marker=MARKERS[key],
            color=COLOURS[key],
            label=label,
        )
        parts = (f"{s} {plus_minus(c)}" for s, c in zip(STAGES, columns, strict=True))
        words.append(f"{label}: {', '.join(parts)}")
    whole = read(rows, "block 3", "net")
    ax.axhline(mean(whole), color=COLOURS["none"], linestyle="--", label="the net itself")
    ax.set_xticks(range(len(STAGES)), [stage.replace(" ", "\n") for stage in STAGES])
    ax.set(ylabel="test accuracy, %")
    ax.legend(loc="lower right")
    return card(
        figure, f"Test accuracy in percent. {'; '.join(words)}. The net: {plus_minus(whole)}."
    )


def single():
    """Draw three pictures with the maps of the two classes that the net finds likeliest."""
    images = load("fashion_mnist", source="embedded").x_test
    figure, axes = canvas(6.4, rows=len(PICTURES), columns=3)
    words = []
    for line, picture in zip(axes, PICTURES, strict=True):
        image = images[picture, 0]
        line[0].imshow(image, cmap="gray")
        for ax, row in zip(line[1:], _maps([picture]), strict=True):
            words.append(_overlay(ax, image, row, f"{row['probability']:.3g} %"))
        _plain(line)
    return card(
        figure,
        f"Test images {', '.join(map(str, PICTURES))} and where the evidence for the two likeliest "
        f"classes lies: {'; '.join(words)}.",
    )


def scene():
    """Draw a scene of four pictures and the map of each of the four classes."""
    images = torch.from_numpy(load("fashion_mnist", source="embedded").x_test)
    image = tiled(images[list(SCENE), 0])[0, 0].numpy()
    figure, axes = canvas(5.8, rows=2, columns=2)
    words = [_overlay(ax, image, row, "") for ax, row in zip(axes.flat, _maps(SCENE), strict=True)]
    _plain(axes.flat)
    return card(
        figure,
        f"A scene of {len(SCENE)} pictures, and where the net sees evidence for each: "
        f"{'; '.join(words)}.",
    )


def _maps(pictures):
    rows = results("activation_maps")["rows"]
    return [row for row in rows if row.get("pictures") == list(pictures)]


def _overlay(ax, image, row, note):
    """Draw a class activation map over its image; return in words where it is highest."""
    found = np.array(row["map"])
    large = enlarged(torch.tensor(found)[None, None], image.shape[-1])[0, 0].numpy()
    ax.imshow(0.7 * image, cmap="gray", vmin=0, vmax=1)
    # Orange where there is evidence, and as opaque as there is much of it.
    ax.imshow(np.ones_like(large), cmap="Oranges", vmin=0, vmax=1.6, alpha=large**2)
    name = CLASSES[row["label"]]
    ax.set_title(f"{name}\n{note}" if note else name, fontsize=13)
    top, left = np.unravel_index(found.argmax(), found.shape)
    at = f"row {top + 1}, column {left + 1} of {len(found)}×{len(found)}"
    return f"{name} {note} highest at {at}".replace("  ", " ")


def _plain(axes):
    for ax in axes:
        ax.axis("off")
