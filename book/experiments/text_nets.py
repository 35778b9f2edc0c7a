"""TextCNN with one layer, or with several: windows of equal sight, shallow and deep."""

from torch import nn

from autograder.layers import layers

EMBEDDING = FILTERS = 32


class DeepTextCNN(nn.Module):
    """TextCNN with a stack of convolutions of one width in the place of its single layer.

    Parameters
    ----------
    vocabulary, width, depth, classes : int
    """

    def __init__(self, vocabulary, width, depth, classes):
        super().__init__()
        self.embedding = nn.Embedding(vocabulary, EMBEDDING, padding_idx=0)
        channels = [EMBEDDING] + [FILTERS] * depth
        self.convs = nn.ModuleList(
            nn.Conv1d(a, b, width) for a, b in zip(channels, channels[1:], strict=False)
        )
        self.classifier = nn.Linear(FILTERS, classes)

    def forward(self, tokens):
        """Map token ids `(N, L)` to `(N, classes)`."""
        x = self.embedding(tokens).transpose(1, 2)
        for conv in self.convs:
            x = conv(x).relu()
        return self.classifier(x.amax(2))


def text_net(vocabulary, width, depth, classes):
    """Build a net whose values see `depth · (width − 1) + 1` tokens; with depth 1, TextCNN."""
    if depth == 1:
        return layers("kernel_size_torch").TextCNN(
            vocabulary, EMBEDDING, (width,), FILTERS, classes, dropout=0.0
        )
    return DeepTextCNN(vocabulary, width, depth, classes)


def sight(width, depth):
    """Count the tokens that one value sees."""
    return depth * (width - 1) + 1


def conv_weights(width, depth):
    """Count the weights of the convolutions, without biases."""
    return EMBEDDING * FILTERS * width * depth
