"""One look for all figures: large type for a phone, ink that follows a light or a dark page."""

import colorsys
import hashlib
import html
import io
import re

import matplotlib.pyplot as plt
import numpy as np
from IPython.display import HTML
from matplotlib.colors import to_rgb

# Okabe and Ito's palette with a darker purple, told apart with every kind of colour vision and on
# light and dark pages; markers say it again.
COLOURS = {
    "max": "#0072B2",
    "average": "#D55E00",
    "none": "#555555",
    "stride": "#009E73",
    "blur": "#AA4499",
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
    "figure.facecolor": "none",
    "axes.facecolor": "none",
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


def shade(ax, values, colour="#2B8CBE"):
    """Show a map of values from 0 to 1 as one colour: at 0 the page shines through.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
    values : array of shape (H, W)
        What is below 0 is shown as 0.
    colour : str
    """
    picture = np.empty((*values.shape, 4))
    picture[..., :3] = to_rgb(colour)
    picture[..., 3] = np.clip(values, 0, 1)
    ax.imshow(picture)


def card(figure, words):
    """Turn a figure into a picture with a text for those who do not see it.

    The picture is part of the page, so that its colours follow the page's colour scheme.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
    words : str
        What it shows, with its numbers.

    Returns
    -------
    IPython.display.HTML
    """
    file = io.StringIO()
    figure.savefig(file, format="svg", metadata={"Date": None})
    plt.close(figure)
    picture = file.getvalue()
    picture = picture[picture.index("<svg") :]
    unused = r"<!--.*?-->|<metadata>.*?</metadata>|<style.*?</style>|\n\s*"
    picture = re.sub(unused, "", picture, flags=re.DOTALL)
    picture = re.sub(r"(fill|stroke): (#[0-9a-f]{6})", _both_schemes, picture)
    picture = _own_names(picture, hashlib.sha256(words.encode()).hexdigest()[:8])
    start = f'<svg class="figure" role="img" aria-label="{html.escape(words)}"'
    return HTML(picture.replace("<svg", start, 1))


def dark(colour):
    """Find what a colour becomes on a dark page: the same hue, light for dark and dark for light.

    Parameters
    ----------
    colour : str

    Returns
    -------
    str

    Examples
    --------
    >>> dark("#000000"), dark("#ffffff"), dark("#0072b2")
    ('#ebebeb', '#141414', '#41bbff')
    """
    red, green, blue = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    hue, lightness, saturation = colorsys.rgb_to_hls(red, green, blue)
    channels = colorsys.hls_to_rgb(hue, 0.92 - 0.84 * lightness, saturation)
    return "#" + "".join(f"{round(255 * channel):02x}" for channel in channels)


def _both_schemes(found):
    """Name a colour for old browsers first, then one for each scheme."""
    what, colour = found.groups()
    return f"{what}: {colour}; {what}: light-dark({colour}, {dark(colour)})"


def _own_names(picture, digest):
    """Keep the names that something refers to, and make them differ from other figures'."""
    used = set(re.findall(r'(?:href="#|url\(#)([^")]+)', picture))

    def name(found):
        return f' id="{digest}-{found[1]}"' if found[1] in used else ""

    picture = re.sub(r' id="([^"]+)"', name, picture)
    return re.sub(r'(href="#|url\(#)', rf"\g<1>{digest}-", picture)
