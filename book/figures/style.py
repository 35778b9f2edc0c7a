"""One look for all figures: large type on a white card, so that a phone and a dark page do."""

import base64
import html
import io

import matplotlib.pyplot as plt
from IPython.display import HTML

# Okabe and Ito's palette, told apart with every kind of colour vision; markers say it again.
COLOURS = {
    "max": "#0072B2",
    "average": "#D55E00",
    "none": "#555555",
    "stride": "#009E73",
    "blur": "#CC79A7",
    "other": "#E69F00",
}
MARKERS = {"max": "o", "average": "s", "none": "D", "stride": "^", "blur": "v", "other": "P"}
SETTINGS = {
    "font.size": 14,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.alpha": 0.3,
    "lines.linewidth": 2.2,
    "lines.markersize": 8,
    "legend.frameon": False,
    "legend.fontsize": 13,
    "figure.facecolor": "white",
    "svg.fonttype": "path",
    "svg.hashsalt": "book",
}
WIDTH = 5.6


def canvas(height, rows=1, columns=1, **options):
    """Open a figure of the book's width, in inches.

    Returns
    -------
    tuple
        Figure and axes, as from `plt.subplots`.
    """
    plt.rcParams.update(SETTINGS)
    return plt.subplots(rows, columns, figsize=(WIDTH, height), layout="constrained", **options)


def card(figure, words):
    """Turn a figure into a picture with a text for those who do not see it.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
    words : str
        What it shows, with its numbers.

    Returns
    -------
    IPython.display.HTML
    """
    file = io.BytesIO()
    figure.savefig(file, format="svg", metadata={"Date": None})
    plt.close(figure)
    data = base64.b64encode(file.getvalue()).decode()
    return HTML(
        f'<img alt="{html.escape(words)}" src="data:image/svg+xml;base64,{data}" '
        f'style="display:block;width:100%;max-width:{WIDTH * 100:.0f}px;margin:1rem auto">'
    )
