"""TextCNN: convolutions over words."""

from autograder.layers import layers


def text_cnn(vocabulary=20_000, classes=2):
    """Build TextCNN: `(N, L)` ints to `(N, classes)`.

    Source: Kim 2014, section 3.1, for the sizes; the vocabulary is ours.
    """
    return layers("kernel_size_torch").TextCNN(
        vocabulary, embedding=300, widths=(3, 4, 5), filters=100, classes=classes
    )
