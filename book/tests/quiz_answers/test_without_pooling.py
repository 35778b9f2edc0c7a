from experiments.spread import difference
from tests.quiz_answers.rows import compare, row


def test_permuted_alike():
    """As well as on pixels in order."""
    for net in ("MLP, as max", "MLP, as none"):
        found = row("with_or_without", task="clothes", net=net)
        assert not difference(found["permuted"], found["test"]).clear


def test_nothing_instead():
    """Neither: it is a tie."""
    convolutional, plain = ({"task": "clothes", "net": net} for net in ("none", "MLP, as none"))
    assert not compare("with_or_without", "test", convolutional, plain).clear
    assert not compare("with_or_without", "permuted", convolutional, plain).clear
    pooled, plain = ({"task": "clothes", "net": net} for net in ("max", "MLP, as max"))
    assert compare("with_or_without", "test", pooled, plain).above


def test_mean_at_the_end():
    """The one with the mean."""
    mean, pooled = ({"task": "digits", "net": net} for net in ("none, GAP", "max"))
    assert compare("with_or_without", "test", mean, pooled).above
    assert row("with_or_without", **mean)["weights"] < row("with_or_without", **pooled)["weights"]
