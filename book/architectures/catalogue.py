"""All nets in the order of their first publication, each with an input that it was made for."""

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import torch
from torch import nn

from architectures.alexnet import alexnet
from architectures.all_cnn import all_cnn_c
from architectures.densenet import densenet121
from architectures.fishnet import FishNet
from architectures.googlenet import googlenet
from architectures.lenet import lenet5
from architectures.network_in_network import network_in_network
from architectures.regions import FastRCNN, spp_net
from architectures.resnet import resnet18
from architectures.squeezenet import squeezenet
from architectures.text_cnn import text_cnn
from architectures.vgg import vgg16


class Net(NamedTuple):
    """A net: the year it was first made public, how to build it, and how to draw its arguments."""

    year: int
    build: Callable[[], nn.Module]
    draw: Callable[[], tuple]


def image(channels=3, side=224):
    """Draw one image `(1, channels, side, side)` of normal noise."""
    return (torch.randn(1, channels, side, side),)


def regions(side=224, rows=4):
    """Draw an image, and `rows` × `rows` boxes that tile it."""
    edges = [i * side // rows for i in range(rows + 1)]
    spans = list(zip(edges, edges[1:], strict=False))
    boxes = [(0, y0, x0, y1, x1) for y0, y1 in spans for x0, x1 in spans]
    return (*image(side=side), boxes)


def sentence(words=50, vocabulary=20_000):
    """Draw one sentence `(1, words)` of numbers of words."""
    return (torch.randint(1, vocabulary, (1, words)),)


SMALL = partial(image, side=32)
NETS = {
    "LeNet-5": Net(1998, lenet5, partial(image, 1, 32)),
    "AlexNet": Net(2012, alexnet, image),
    "Network in Network": Net(2013, network_in_network, SMALL),
    "SPP-net": Net(2014, spp_net, image),
    "TextCNN": Net(2014, text_cnn, sentence),
    "VGG-16": Net(2014, vgg16, image),
    "GoogLeNet": Net(2014, googlenet, image),
    "GoogLeNet, naive": Net(2014, partial(googlenet, "naive"), image),
    "All-CNN-C": Net(2014, all_cnn_c, SMALL),
    "Fast R-CNN": Net(2015, FastRCNN, regions),
    "ResNet-18": Net(2015, resnet18, image),
    "SqueezeNet": Net(2016, squeezenet, image),
    "DenseNet-121": Net(2016, densenet121, image),
    "FishNet, small": Net(2018, FishNet, SMALL),
}
