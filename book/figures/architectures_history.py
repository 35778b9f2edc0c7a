"""Two decades of nets in one figure: what they weigh, what they compute, where the weights are."""

from experiments.record import results
from figures.architectures_words import share, short
from figures.style import COLOURS, MARKERS, canvas, card

NAMES = {"Network in Network": "NIN"}


def history():
    """Draw weights and multiplications of all nets by year, and the share of weights in FC."""
    rows = results("architectures")["rows"]
    figure, (ax, shares) = canvas(7.4, columns=2, sharey=True, width_ratios=(3, 1))
    for place, row in enumerate(rows):
        ends = row["parameters"], row["macs"]
        ax.plot(ends, [place] * 2, color="#BBBBBB", linewidth=4, zorder=1)
        for value, key in zip(ends, ("average", "max"), strict=True):
            ax.plot(value, place, MARKERS[key], color=COLOURS[key])
        shares.barh(place, share(row, "dense", "parameters"), color=COLOURS["average"])
    labels = [f"{NAMES.get(row['net'], row['net'])}  {row['year']}" for row in rows]
    ax.set_yticks(range(len(rows)), labels, fontsize=13)
    ax.set_xscale("log")
    ax.set_xticks([1e5, 1e7, 1e9], ["0.1 M", "10 M", "1 G"])
    ax.set_title("■ weights   ● MACs", fontsize=14)
    shares.set_title("FC, %", fontsize=14)
    shares.set(xlim=(0, 100), xticks=[0, 50, 100])
    ax.invert_yaxis()
    parts = "; ".join(
        f"{row['year']} {row['net']}: {short(row['parameters'])}, {short(row['macs'])}, "
        f"{share(row, 'dense', 'parameters'):.0f} %"
        for row in rows
    )
    return card(
        figure,
        "Weights, multiply-accumulates for one input, and share of the weights in fully connected "
        f"layers, by year: {parts}.",
    )
