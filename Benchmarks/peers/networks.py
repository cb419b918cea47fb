"""The benchmark networks as data: what PyTorch and JAX build here, and Kalsae in Swift."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Network:
    """One training task: random inputs and class numbers in memory, and how weights move."""

    shape: tuple  # of one input; images are height, width, channels
    classes: int
    batch: int
    optimizer: str  # sgd, momentum, adam, adamw

    @property
    def is_image(self):
        return len(self.shape) == 3


NETWORKS = {
    "iris": Network((4,), 3, 32, "adam"),
    "twolayer": Network((784,), 10, 100, "sgd"),
    "mlp": Network((784,), 10, 128, "adam"),
    "convnet": Network((28, 28, 1), 10, 100, "adam"),
    "deepconvnet": Network((28, 28, 1), 10, 100, "adam"),
    "resnet": Network((32, 32, 3), 10, 64, "momentum"),
    "chargpt": Network((64,), 65, 12, "adamw"),
}

# Deep ConvNet: filters and padding of its six convolutions; a pool follows every second one.
DEEP_CONVOLUTIONS = [(16, 1), (16, 1), (32, 1), (32, 2), (64, 1), (64, 1)]

# ResNet-20: filters and stride of its nine blocks.
RESIDUAL_BLOCKS = [(filters, 2 if first and filters > 16 else 1)
                   for filters in (16, 32, 64) for first in (True, False, False)]

# The language model: width, heads, blocks.
WIDTH, HEADS, BLOCKS = 128, 4, 4

LEARNING_RATE = {"sgd": 0.1, "momentum": 0.1, "adam": 1e-3, "adamw": 1e-3}


def batch(name):
    """Inputs and targets; targets of the language model are one row of tokens."""
    net = NETWORKS[name]
    random = np.random.default_rng(0)
    if name == "chargpt":
        tokens = random.integers(0, net.classes, (2, net.batch) + net.shape)
        return tokens[0], tokens[1].reshape(-1)
    inputs = random.standard_normal((net.batch,) + net.shape, dtype=np.float32)
    return inputs, random.integers(0, net.classes, (net.batch,))
