"""Count a model's multiply-accumulates by running it once."""

import torch
from torch import nn


def macs(model, *shape):
    """Count the multiply-accumulates of all convolutions and linear layers.

    An output value of a convolution costs kernel area × input channels of its group, of a linear
    layer its inputs. In a transposed convolution it is the input value that costs: kernel area ×
    output channels. Biases, poolings and activations multiply nothing worth counting.

    Parameters
    ----------
    model : nn.Module
    shape : int
        Shape of the input; write a batch of one to get the count for one image.

    Returns
    -------
    int
    """
    counted = 0

    def count(layer, inputs, output):
        nonlocal counted
        places = inputs[0] if isinstance(layer, nn.ConvTranspose2d) else output
        counted += places.numel() * layer.weight[0].numel()

    chosen = (nn.Conv2d, nn.ConvTranspose2d, nn.Linear)
    hooks = [m.register_forward_hook(count) for m in model.modules() if isinstance(m, chosen)]
    was_training = model.training
    with torch.no_grad():
        model.eval()(torch.zeros(shape))
    model.train(was_training)
    for hook in hooks:
        hook.remove()
    return counted
