"""Figures of the GAP chapter from its kept results: cost, accuracy, shifts, pruning, transfer."""

from statistics import mean

from experiments.head_costs import share
from experiments.heads import BUDGETS, NETS, SHIFTS, at_shift, scores
from experiments.pruning import CASES
from experiments.record import results
from experiments.spread import plus_minus, sd
from experiments.transfer import ARMS, TARGETS
from experiments.transfer import scores as transferred
from figures.style import COLOURS, MARKERS, canvas, card

KEYS = {"flatten": "none", "flatten, hidden": "average", "GAP": "max", "GAP, wider": "stride"}
PRUNED = {
    ("FC", "smallest"): ("FC, smallest", "average"),
    ("FC", "random"): ("FC, at random", "other"),
    ("convolutions", "smallest"): ("convolutions, smallest", "max"),
}
COUNTED = {"weights": "weights", "macs": "MACs", "milliseconds": "time"}


def published():
    """Draw what share of AlexNet and VGG-16 their fully connected layers are."""
    rows = results("head_costs")["rows"]
    figure, ax = canvas(3.4)
    words, names = [], ("AlexNet", "VGG-16")
    for place, (column, label) in enumerate(COUNTED.items()):
        shares = [share(rows, name, 1, column) for name in names]
        for offset, values, key in zip((-0.2, 0.2), shares, ("max", "average"), strict=True):
            bar = ax.barh(place + offset, mean(values), height=0.36, color=COLOURS[key])
            ax.bar_label(bar, [f"{mean(values):.2g} %"], padding=3, fontsize=13)
        words.append(f"{label} {plus_minus(shares[0])} and {plus_minus(shares[1])}")
    ax.set_yticks(range(len(COUNTED)), COUNTED.values())
    ax.invert_yaxis()
    ax.set(xlim=(0, 112), xlabel="share of the fully connected layers, %")
    ax.legend(ax.containers[:2], names, loc="lower left", bbox_to_anchor=(0, 1), ncols=2)
    return card(
        figure,
        f"Percentage that the fully connected layers of AlexNet and of VGG-16 have of the net's "
        f"{'; '.join(words)}.",
    )


def budgets():
    """Draw the accuracy of the four nets on training and on test images, at three budgets."""
    rows = results("heads")["rows"]
    figure, axes = canvas(6.4, rows=3, sharex=True)
    words = []
    for ax, budget in zip(axes, BUDGETS, strict=True):
        for place, name in enumerate(NETS):
            train, test = (scores(rows, name, column, budget) for column in ("train", "test"))
            ax.plot([mean(test), mean(train)], [place] * 2, color="#aaaaaa", zorder=1)
            for values, face in ((test, COLOURS[KEYS[name]]), (train, "white")):
                ax.errorbar(
                    mean(values),
                    place,
                    xerr=sd(values),
                    capsize=4,
                    marker=MARKERS[KEYS[name]],
                    color=COLOURS[KEYS[name]],
                    markerfacecolor=face,
                )
            words.append(f"{budget}, {name}: {plus_minus(train)} and {plus_minus(test)}")
        ax.set_yticks(range(len(NETS)), NETS)
        ax.set_ylim(len(NETS) - 0.5, -0.5)
        ax.set_title(budget, fontsize=14, loc="left")
    axes[-1].set(xlabel="accuracy, % (filled: test, hollow: training)")
    return card(figure, f"Training and test accuracy in percent. {'; '.join(words)}.")


def shift():
    """Draw accuracy against the shift of the test images, by head."""
    rows = results("heads")["rows"]
    figure, ax = canvas(3.8)
    words = []
    for name in NETS:
        columns = [scores(rows, name), *(at_shift(rows, name, amount) for amount in SHIFTS)]
        _curve(ax, (0, *SHIFTS), columns, name, KEYS[name])
        words.append(f"{name} " + ", ".join(plus_minus(column) for column in columns))
    ax.set(xlabel="shift, pixels", ylabel="accuracy, %", xticks=(0, *SHIFTS))
    ax.legend(loc="lower left")
    shifts = ", ".join(map(str, (0, *SHIFTS)))
    return card(figure, f"Accuracy in percent at shifts of {shifts} pixels: {'; '.join(words)}.")


def _curve(ax, places, columns, label, key):
    ax.errorbar(
        places,
        [mean(column) for column in columns],
        [sd(column) for column in columns],
        capsize=4,
        marker=MARKERS[key],
        color=COLOURS[key],
        label=label,
    )


def pruned():
    """Draw the accuracy that is left when weights are set to zero."""
    rows = results("heads")["rows"]
    figure, ax = canvas(3.8)
    words = []
    whole = scores(rows, "flatten, hidden")
    for case in CASES:
        points = [row for row in rows if (row.get("pruned"), row.get("chosen")) == case]
        label, key = PRUNED[case]
        columns = [whole, *(row["accuracy"] for row in points)]
        places = [0, *(100 * row["share"] for row in points)]
        _curve(ax, places, columns, label, key)
        parts = ", ".join(
            f"{plus_minus(c)} at {p:.0f}" for p, c in zip(places, columns, strict=True)
        )
        words.append(f"{label}: {parts}")
    ax.set(xlabel="weights set to zero, %", ylabel="accuracy, %", ylim=(0, 100))
    ax.legend(loc="lower left")
    return card(figure, f"Accuracy in percent by the percentage removed. {'; '.join(words)}.")


def transfer():
    """Draw the accuracy of every arm on the near and on the far target."""
    rows = results("transfer")["rows"]
    figure, ax = canvas(4.6)
    words = []
    for offset, target, key in zip((-0.16, 0.16), TARGETS, ("max", "average"), strict=True):
        columns = [transferred(rows, target, arm) for arm in ARMS]
        ax.errorbar(
            [mean(column) for column in columns],
            [place + offset for place in range(len(ARMS))],
            xerr=[sd(column) / len(column) ** 0.5 for column in columns],
            linestyle="",
            capsize=4,
            marker=MARKERS[key],
            color=COLOURS[key],
            label=target,
        )
        parts = (f"{arm} {plus_minus(c)}" for arm, c in zip(ARMS, columns, strict=True))
        words.append(f"{target}: {', '.join(parts)}")
    ax.set_yticks(range(len(ARMS)), ARMS)
    ax.set_ylim(len(ARMS) - 0.5, -0.5)
    ax.set(xlabel="test accuracy, %")
    ax.legend(title="target", loc="lower left", bbox_to_anchor=(0, 1), ncols=2)
    return card(
        figure,
        f"Test accuracy on the target, mean ± sd over seeds (bars: standard error). "
        f"{'; '.join(words)}.",
    )
