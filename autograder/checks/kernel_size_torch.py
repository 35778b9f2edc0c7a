"""What right answers to the PyTorch kernel-size exercises are: points by property, random cases."""

from __future__ import annotations

from autograder.cases import DTYPE, INPUT, Exercise
from autograder.checks import kernel_size_torch_examples as examples
from autograder.checks.gradient_fields import gradient_field_cases, observe_gradient_field
from autograder.checks.gradient_norm import GRAD
from autograder.checks.merging import merge_branches_cases, observe_merging
from autograder.checks.stacked import observe_counted
from autograder.checks.text_nets import DROPOUT, PADDING, observe_text_cnn, text_cnn_cases
from autograder.checks.vgg_blocks import vgg_block_cases

effective_receptive_field = Exercise(
    name="effective_receptive_field",
    points={"values": 2, "centre": 2, "channels": 1, "batch": 1, "zero": 1, GRAD: 1, DTYPE: 1,
            INPUT: 1},
    examples=examples.EFFECTIVE_RECEPTIVE_FIELD,
    cases=gradient_field_cases,
    observe=observe_gradient_field,
)

VGGBlock = Exercise(
    name="VGGBlock",
    points={"values": 1, "depth": 2, "relu": 1, "padding": 1, "pool": 1, "parameters": 1,
            "gradient": 1, DTYPE: 1, INPUT: 1},
    examples=examples.VGG_BLOCK,
    cases=vgg_block_cases,
    observe=observe_counted,
)

TextCNN = Exercise(
    name="TextCNN",
    points={"values": 1, "widths": 1, "maximum": 1, "relu": 1, DROPOUT: 1, PADDING: 1,
            "parameters": 1, "gradient": 1, DTYPE: 1, INPUT: 1},
    examples=examples.TEXT_CNN,
    cases=text_cnn_cases,
    observe=observe_text_cnn,
    arguments=("tokens",),
)

merge_branches = Exercise(
    name="merge_branches",
    points={"values": 3, "bias": 1, "channels": 1, "rectangles": 1, "layer": 1, "copy": 1,
            "gradient": 1, DTYPE: 1},
    examples=examples.MERGE_BRANCHES,
    cases=merge_branches_cases,
    observe=observe_merging,
)
