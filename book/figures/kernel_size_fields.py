"""Pictures of the kernel-size chapter: how windows of windows grow, and where gradients gather."""

import numpy as np
from matplotlib.patches import Rectangle

from experiments import effective_fields
from experiments.classic_nets import NETS, followed
from experiments.timing import noise
from experiments.train import seeded
from figures.style import COLOURS, MARKERS, canvas, card, shade

# Two stacks of equal sight, and how many pixels around the middle are drawn.
PANELS = ((((3, 2), (5, 1)), 4), (((3, 10), (21, 1)), 12))
TITLES = {(3, 2): "two 3×3", (5, 1): "one 5×5", (3, 10): "ten 3×3", (21, 1): "one 21×21"}


def windows():
    """Draw in one dimension what a value sees through two kernels of 3 and through one of 5."""
    figure, axes = canvas(3.6, rows=2)
    _tower(axes[0], [3, 3])
    _tower(axes[1], [5])
    return card(
        figure,
        "Rows of nine cells. Above: a value reads 3 cells of the row below, and these read 5 of "
        "the lowest row. Below: a value reads 5 cells at once.",
    )


def _tower(ax, kernels):
    """Draw a row of cells for the input and for each layer, and mark what the top one reads."""
    count, reach = 9, 0
    for level, kernel_size in reversed(list(enumerate([*kernels, 1]))):
        reach += (kernel_size - 1) // 2 if level < len(kernels) else 0
        for cell in range(count):
            inside = abs(cell - count // 2) <= reach
            colour = COLOURS["max"] if inside else "white"
            ax.add_patch(Rectangle((cell, level), 0.9, 0.7, facecolor=colour, edgecolor="#777777"))
        if level < len(kernels):
            for side in (-1, 1):
                upper = count // 2 + side * (reach - (kernel_size - 1) // 2)
                xs = [upper + 0.45 + 0.45 * side, count // 2 + side * reach + 0.45 + 0.45 * side]
                ax.plot(xs, [level + 1, level + 0.7], color="#111111", linewidth=1.5)
    names = ["input"] + [f"kernel {kernel_size}" for kernel_size in kernels]
    ax.set_yticks([level + 0.35 for level in range(len(names))], names)
    ax.set(xlim=(-0.1, count), ylim=(-0.1, len(kernels) + 0.8), xticks=[])
    ax.grid(False)
    ax.tick_params(length=0)
    for edge in ("left", "bottom"):
        ax.spines[edge].set_visible(False)


def effective():
    """Draw where the gradient of a value is, for stacks and for single kernels of equal sight."""
    figure, axes = canvas(6.2, rows=2, columns=2)
    words = []
    for (pair, reach), line in zip(PANELS, axes, strict=True):
        for shape, ax in zip(pair, line, strict=True):
            shares = _field(*shape)
            held = effective_fields.side_of(shares, effective_fields.SHARE)
            seen = int((shares > 0).any(0).sum())
            middle = shares.shape[0] // 2
            part = slice(middle - reach, middle + reach + 1)
            strength = (shares / shares.max()).sqrt()[part, part].numpy()
            shade(ax, strength)
            for side, style in ((seen, ":"), (held, "-")):
                low = reach - side / 2
                ax.add_patch(
                    Rectangle((low, low), side, side, fill=False, linestyle=style, linewidth=1.8)
                )
            ax.set_title(f"{TITLES[shape]}: {held:.1f} of {seen}", fontsize=14)
            ax.axis("off")
            words.append(f"{TITLES[shape]}: 95 % within {held:.1f} of {seen} pixels")
    return card(
        figure,
        "Gradient of one value in the pixels, for untrained nets. The dotted square is what can "
        f"be seen, the solid one holds 95 % of the gradient. {'; '.join(words)}.",
    )


def _field(kernel_size, depth):
    model = seeded(0, lambda: effective_fields.stack(kernel_size, depth))
    side = effective_fields.SIDE
    return effective_fields.field(model, noise(0, 8, effective_fields.CHANNELS, side, side))


def ways():
    """Draw from where how many ways lead to one value, through one to ten kernels of three."""
    depths = (1, 2, 3, 10)
    figure, axes = canvas(4.4, rows=len(depths), sharex=True)
    words = []
    for ax, depth in zip(axes, depths, strict=True):
        counts = np.array(effective_fields.spread(depth))
        places = np.arange(len(counts)) - len(counts) // 2
        ax.bar(places, counts / counts.sum(), width=0.85, color=COLOURS["max"])
        ax.set_ylabel(depth, rotation=0, labelpad=14, va="center")
        ax.set_yticks([])
        words.append(f"{depth}: {', '.join(map(str, counts[: len(counts) // 2 + 1]))} and back")
    axes[-1].set(xlabel="pixels from the middle")
    figure.supylabel("kernels of three")
    return card(
        figure,
        f"Ways from a pixel to the value, through kernels of three. {'; '.join(words)}.",
    )


def growth():
    """Draw how far the layers of LeNet-5, AlexNet and VGG-16 see, and where MACs are spent."""
    figure, axes = canvas(6.6, rows=2, sharex=True)
    words = []
    for (name, net), look in zip(NETS.items(), ("average", "max", "stride"), strict=True):
        rows = followed(name, net)
        places = [row["layer"] for row in rows]
        sees = [row["sees"] for row in rows]
        axes[0].plot(places, sees, MARKERS[look] + "-", color=COLOURS[look], label=name)
        convs = [row for row in rows if row["macs"]]
        macs = [row["macs"] / 1e6 for row in convs]
        axes[1].plot([r["layer"] for r in convs], macs, MARKERS[look], color=COLOURS[look])
        words.append(
            f"{name} sees {', '.join(map(str, sees))} pixels layer by layer, its convolutions take "
            f"{', '.join(f'{m:,.1f}' for m in macs)} million MACs"
        )
    axes[0].set(ylabel="sees, pixels")
    axes[1].set_yscale("log")
    axes[1].set(
        ylabel="million MACs", xlabel="layer (convolution or pooling)", xticks=range(1, 19, 3)
    )
    figure.legend(*axes[0].get_legend_handles_labels(), loc="outside upper center", ncols=3)
    return card(figure, f"{'; '.join(words)}.")
