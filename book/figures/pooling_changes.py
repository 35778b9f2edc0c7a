"""Figures of the pooling chapter about shifts, sizes, positions and what an image keeps."""

from statistics import mean

import torch
import torch.nn.functional as F
from sklearn.decomposition import PCA

from experiments.data import load
from experiments.reconstruction import KEPT, SIDE
from experiments.record import results
from experiments.spread import plus_minus, sd
from experiments.table import find
from figures.style import COLOURS, MARKERS, canvas, card

NETS = {
    "none": ("no pooling", "none"),
    "max": ("max pooling", "max"),
    "blur": ("blurred max", "blur"),
    "max + GAP": ("max, global average", "average"),
    "max + shifted training": ("max, trained on shifts", "other"),
    "average": ("average pooling", "average"),
}


def _curves(ax, rows, change, nets):
    """Draw accuracy against the amount of a change; return it in words."""
    words = []
    for net in nets:
        label, key = NETS[net]
        points = [r for r in rows if r["net"] == net and r["change"] == change]
        if change != "shift":
            unmoved = find(rows, net=net, change="shift", amount=0)
            points.append({**unmoved, "amount": 1 if change == "scale" else 0})
            points.sort(key=lambda r: r["amount"])
        heights = [r["accuracy"] for r in points]
        ax.errorbar(
            [r["amount"] for r in points],
            [mean(h) for h in heights],
            [sd(h) for h in heights],
            capsize=4,
            marker=MARKERS[key],
            color=COLOURS[key],
            label=label,
        )
        parts = ", ".join(
            f"{plus_minus(h, 0)} at {r['amount']}" for h, r in zip(heights, points, strict=True)
        )
        words.append(f"{label} {parts}")
    return "; ".join(words)


def single_pixel():
    """Draw how often a shift leaves the maximum of a lone bright pixel as it was."""
    rows = [r for r in results("aliasing")["rows"] if "window" in r]
    figure, ax = canvas(3.2)
    words = []
    for window, key in ((2, "max"), (3, "average"), (4, "stride")):
        points = [r for r in rows if r["window"] == window]
        shares = [100.0] + [r["unchanged"] for r in points]
        ax.plot(
            range(len(shares)),
            shares,
            MARKERS[key],
            linestyle="-",
            color=COLOURS[key],
            label=f"{window}×{window}",
        )
        words.append(f"{window}×{window}: " + ", ".join(f"{s:.0f}" for s in shares))
    ax.set(xlabel="shift, pixels", ylabel="unchanged, %", ylim=(-4, 106))
    ax.legend(title="window")
    return card(
        figure, f"Percentage of outputs unchanged for shifts of 0, 1, … pixels. {'; '.join(words)}."
    )


def shift():
    """Draw accuracy against the shift for nets with and without pooling and its rivals."""
    figure, ax = canvas(4.6)
    nets = [net for net in NETS if net != "average"]
    words = _curves(ax, results("robustness")["rows"], "shift", nets)
    ax.set(xlabel="shift, pixels", ylabel="accuracy, %", xticks=range(5), ylim=(0, 103))
    ax.legend(loc="lower left")
    return card(figure, f"Accuracy in percent against the shift in pixels: {words}.")


def turns_and_sizes():
    """Draw accuracy against angle and against scale, without pooling and with either."""
    rows = results("robustness")["rows"]
    figure, axes = canvas(5.8, rows=2)
    words = [
        _curves(ax, rows, change, ("none", "max", "average"))
        for ax, change in zip(axes, ("angle", "scale"), strict=True)
    ]
    axes[0].set(xlabel="rotation, degrees", ylabel="accuracy, %", ylim=(0, 103))
    axes[1].set(xlabel="size, × the trained one", ylabel="accuracy, %", ylim=(0, 103))
    axes[0].legend(loc="lower left")
    return card(figure, f"Accuracy in percent. By degrees: {words[0]}. By scale: {words[1]}.")


def localisation():
    """Draw the error of the position against the window and against the number of poolings."""
    rows = results("localisation")["rows"]
    figure, ax = canvas(3.8)
    words = []
    for name, key, factors in (
        ("one window", "max", [(w, w, 1) for w in (1, 2, 8, 32)]),
        ("2×2, again and again", "average", [(2**t, 2, t) for t in (1, 2, 3, 5)]),
    ):
        errors = [find(rows, window=w, times=t)["error"] for _, w, t in factors]
        shrunk = [f for f, _, _ in factors]
        ax.errorbar(
            shrunk,
            [mean(e) for e in errors],
            [sd(e) for e in errors],
            capsize=4,
            marker=MARKERS[key],
            color=COLOURS[key],
            label=name,
        )
        parts = ", ".join(f"{plus_minus(e, 2)} at {f}" for e, f in zip(errors, shrunk, strict=True))
        words.append(f"{name} {parts}")
    chance = find(rows, window=0)["error"]
    ax.axhline(mean(chance), color="#111111", linestyle="--", linewidth=1.5)
    ax.annotate("always the middle", (1, mean(chance)), (0, -16), textcoords="offset points")
    ax.set_xscale("log", base=2)
    ax.set_xticks([1, 2, 4, 8, 32], ["1", "2", "4", "8", "32"])
    ax.set(xlabel="map shrunk by a factor of", ylabel="error, pixels", ylim=(0, None))
    ax.legend(loc="upper left", bbox_to_anchor=(0, 0.88))
    return card(
        figure,
        f"Mean error of the position in pixels by shrinking factor: {'; '.join(words)}; always "
        f"answering the middle {plus_minus(chance, 2)}.",
    )


def sizes():
    """Draw a pyramid net's accuracy against the size of the images."""
    rows = results("sizes")["rows"]
    figure, ax = canvas(3.6)
    words = []
    for trained, key in (("28 only", "max"), ("20, 28, 40", "average")):
        points = [r for r in rows if r.get("trained") == trained]
        scores = [r["accuracy"] for r in points]
        ax.errorbar(
            [r["side"] for r in points],
            [mean(s) for s in scores],
            [sd(s) for s in scores],
            capsize=4,
            marker=MARKERS[key],
            color=COLOURS[key],
            label=f"trained on {trained}",
        )
        parts = ", ".join(
            f"{plus_minus(s)} at {r['side']}" for s, r in zip(scores, points, strict=True)
        )
        words.append(f"trained on {trained} px {parts}")
    ax.set(xlabel="side of the test images, pixels", ylabel="accuracy, %")
    ax.legend(loc="lower left", bbox_to_anchor=(0, 1))
    return card(figure, f"Accuracy in percent by image side: {'; '.join(words)}.")


def rebuilt():
    """Draw three images as average pooling, max pooling and PCA keep them."""
    images = load("fashion_mnist", source="embedded")
    test = torch.from_numpy(images.x_test[[0, 1, 7]])
    pca = PCA(n_components=KEPT, svd_solver="full").fit(images.x_train[:2000].reshape(2000, -1))
    flat = test.flatten(1).numpy()
    by_pca = torch.from_numpy(pca.inverse_transform(pca.transform(flat))).reshape(-1, SIDE, SIDE)
    shown = {
        "original": test[:, 0],
        "average": F.interpolate(F.avg_pool2d(test, 2), scale_factor=2)[:, 0],
        "max": F.interpolate(F.max_pool2d(test, 2), scale_factor=2)[:, 0],
        "PCA": by_pca,
    }
    figure, axes = canvas(4.4, rows=len(test), columns=len(shown))
    for column, (name, pictures) in zip(axes.T, shown.items(), strict=True):
        column[0].set_title(name, fontsize=14)
        for ax, picture in zip(column, pictures, strict=True):
            ax.imshow(picture.numpy(), cmap="gray", vmin=0, vmax=1)
            ax.axis("off")
    return card(
        figure,
        f"Three pieces of clothing: the original 28×28 pixels, then rebuilt from {KEPT} averages, "
        f"{KEPT} maxima and {KEPT} principal components. The averages look coarse, the maxima "
        "coarse, too bright and too thick, the PCA nearly like the original.",
    )
