"""Tables and sentences of the page on architectures, from its kept results."""

from statistics import mean

from IPython.display import HTML, Markdown

from architectures.published import PUBLISHED
from experiments.record import results
from experiments.spread import plus_minus
from experiments.table import find
from experiments.timing import ratios

CELL = "padding:.3em .5em;text-align:left;font-weight:normal"
#: The nets that the page asks the reader about.
FAMOUS = ("AlexNet", "VGG-16", "GoogLeNet", "ResNet-18", "SqueezeNet", "DenseNet-121")
PAIRS = (
    ("SqueezeNet", "AlexNet"),
    ("GoogLeNet", "VGG-16"),
    ("GoogLeNet, naive", "VGG-16"),
    ("DenseNet-121", "ResNet-18"),
)


def short(number):
    """Write a count with three digits and its unit, as in `61.1 M`."""
    for unit, size in (("G", 1e9), ("M", 1e6), ("k", 1e3)):
        if number >= size:
            return f"{number / size:#.3g}".rstrip(".") + f"\u00a0{unit}"
    return str(number)


def share(row, part, whole):
    """Percentage of one column in another."""
    return 100 * row[part] / row[whole]


def compact(*lines):
    """Set a table small, for a phone to hold six columns; the first line and column are heads."""
    rows = []
    for i, (first, *rest) in enumerate(lines):
        tag, scope = ("td", "row") if i else ('th scope="col"', "col")
        cells = "".join(
            f'<{tag} style="{CELL};text-align:right">{cell}</{tag[:2]}>' for cell in rest
        )
        rows.append(f'<tr><th scope="{scope}" style="{CELL}">{first}</th>{cells}</tr>')
    body = f"<thead>{rows[0]}</thead><tbody>{''.join(rows[1:])}</tbody>"
    return HTML(f'<table style="font-size:.8rem;width:auto">{body}</table>')


def table():
    """Tabulate all nets: weights, share in fully connected layers, MACs, sight and time."""
    lines = [("net", "weights", "FC, %", "MACs", "sees", "ms")]
    for row in results("architectures")["rows"]:
        middle = mean(row["milliseconds"])
        lines.append(
            (
                row["net"],
                short(row["parameters"]),
                f"{share(row, 'dense', 'parameters'):.0f}",
                short(row["macs"]),
                row["sees"],
                _unbroken(row["milliseconds"], sum(middle < limit for limit in (10, 1))),
            )
        )
    return compact(*lines)


def _unbroken(values, digits):
    return plus_minus(values, digits).replace(" ", "\u00a0")


def counts():
    """Tabulate published counts beside ours, and say where they differ."""
    rows = results("architectures")["rows"]
    lines, notes = ["| net | published | ours |", "|---|--:|--:|"], []
    for name, count in PUBLISHED.items():
        ours = find(rows, net=name)["parameters"]
        lines.append(f"| {name} | {count.parameters:,} | {ours:,} |")
        reasons = (f"{why} ({more:+,})" for why, more in count.differences.items())
        if count.differences:
            text = "; ".join(reasons).replace("-", "−")
            notes.append(f"- In our **{name}** {text}.")
    sources = dict.fromkeys(count.source for count in PUBLISHED.values())
    return Markdown("\n".join([*lines, "", *notes, "", f"Published in {' and '.join(sources)}."]))


def extremes():
    """Tabulate which of the nets that the reader was asked about has most, and which least."""
    rows = [find(results("architectures")["rows"], net=name) for name in FAMOUS]
    lines = [("", "most", "least")]
    for name, value, unit in (
        ("weights", lambda row: row["parameters"], ""),
        ("MACs", lambda row: row["macs"], ""),
        ("time", lambda row: mean(row["milliseconds"]), "\u00a0ms"),
    ):
        least, *_, most = sorted(rows, key=value)
        ends = (f"{row['net']}, {short(round(value(row)))}{unit}" for row in (most, least))
        lines.append((name, *ends))
    return compact(*lines)


def places():
    """Say how much of the weights and of the work is in fully connected layers."""
    rows = results("architectures")["rows"]
    parts = [
        f"{name} has {share(row, 'dense', 'parameters'):.0f} % of its weights in fully connected "
        f"layers, and {share(row, 'dense_macs', 'macs'):.1f} % of its multiplications"
        for name in ("AlexNet", "VGG-16")
        for row in [find(rows, net=name)]
    ]
    return Markdown(f"{'; '.join(parts)}.")


def reuse():
    """Say how often each net uses a weight, at the extremes."""
    rows = [r for r in results("architectures")["rows"] if r["net"] != "TextCNN"]
    few, *_, many = sorted(rows, key=lambda r: r["macs"] / r["parameters"])
    return Markdown(
        f"Divide the two: {few['net']} uses a weight {few['macs'] / few['parameters']:.0f} times "
        f"an input on average, {many['net']} {many['macs'] / many['parameters']:.0f} times."
    )


def paces():
    """Tabulate pairs of nets: weights, multiplications and time of one in multiples of the other's.

    The times are divided seed by seed.
    """
    rows = results("architectures")["rows"]
    lines = [("nets", "weights", "MACs", "time")]
    for names in PAIRS:
        net, base = (find(rows, net=name) for name in names)
        weights, macs = (f"{net[key] / base[key]:.2f}" for key in ("parameters", "macs"))
        times = _unbroken(ratios(net["milliseconds"], base["milliseconds"]), 2)
        lines.append((" : ".join(names), weights, macs, times))
    return compact(*lines)
