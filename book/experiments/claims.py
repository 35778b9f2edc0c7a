"""The claims that a chapter measures, in our words, and the experiment that decides each."""

from typing import NamedTuple

from experiments.record import experiment, results

ALL_CLAIMS = 36
DROPPED = "If a CNN drops its pooling layers, does it still differ much from a neural network?"
TYPES = "Pooling layer types, what 1×1 convolutions do, and is a bigger kernel always better?"
LAYERS = "Pooling-layer error; what convolution and pooling layers do"
MAXIMUM = "Why is max pooling used more?"


class Claim(NamedTuple):
    """A claim: its text, the page that it is from, the chapter and the experiment that test it."""

    text: str
    source: str
    chapter: str
    experiment: str


CLAIMS = {
    "C01": Claim(
        "Pooling is a brute-force way of downsampling: it shrinks the data and so saves compute "
        "and memory.",
        DROPPED,
        "pooling",
        "cost",
    ),
    "C02": Claim(
        "Max pooling makes a net translation invariant: a shift smaller than the window usually "
        "leaves the output as it was.",
        DROPPED,
        "pooling",
        "robustness",
    ),
    "C04": Claim(
        "Classification wants invariance. Detection and segmentation need positions and should "
        "not pool, yet their backbones do, since small windows lose little.",
        DROPPED,
        "pooling",
        "localisation",
    ),
    "C08": Claim(
        "Pooling reduces the parameters and so prevents overfitting.",
        TYPES,
        "pooling",
        "overfitting",
    ),
    "C09": Claim(
        "What pooling really adds is its non-linearity and a little translation invariance.",
        TYPES,
        "pooling",
        "linearity",
    ),
    "C10": Claim(
        "In standard pooling, where stride equals window, each pixel is used once.",
        TYPES,
        "pooling",
        "counts",
    ),
    "C11": Claim(
        "Overlapping pooling, with a stride below the window, uses pixels several times and gives "
        "stronger features.",
        TYPES,
        "pooling",
        "variants",
    ),
    "C12": Claim(
        "Spatial pyramid pooling gives an output of fixed size for any input size, from several "
        "window sizes; it serves regions of interest.",
        TYPES,
        "pooling",
        "sizes",
    ),
    "C25": Claim(
        "Pooling is not modified by back-propagation.",
        LAYERS,
        "pooling",
        "backward",
    ),
    "C26": Claim(
        "Pooling gives invariance to translation, rotation and scale.",
        LAYERS,
        "pooling",
        "robustness",
    ),
    "C27": Claim(
        "Pooling keeps the main features, like PCA.",
        LAYERS,
        "pooling",
        "reconstruction",
    ),
    "C28": Claim(
        "2×2 pooling with stride 2 leaves a quarter of the data.",
        MAXIMUM,
        "pooling",
        "counts",
    ),
    "C29": Claim(
        "Max pooling does better in practice; average pooling is now rare.",
        MAXIMUM,
        "pooling",
        "variants",
    ),
    "C30": Claim(
        "Features err in two ways: small neighbourhoods add variance, which averaging lowers "
        "(it keeps the background); imprecise weights shift the mean, which the maximum lowers "
        "(it keeps the texture).",
        MAXIMUM,
        "pooling",
        "boureau",
    ),
}


def verdict(claim):
    """Judge a claim by the cached results of its experiment.

    Parameters
    ----------
    claim : str
        An id such as `"C01"`.

    Returns
    -------
    Verdict
    """
    name = CLAIMS[claim].experiment
    return experiment(name).verdicts(results(name)["rows"])[claim]
