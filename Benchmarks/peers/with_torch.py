"""Training steps in PyTorch: eager, compiled, and with channels last."""

import torch
import torch.nn.functional as F
from torch import nn

from networks import (BLOCKS, DEEP_CONVOLUTIONS, HEADS, LEARNING_RATE, NETWORKS, RESIDUAL_BLOCKS,
                      WIDTH, batch)


def normed_convolution(inputs, filters, window, stride):
    return nn.Sequential(
        nn.Conv2d(inputs, filters, window, stride, window // 2, bias=False),
        nn.BatchNorm2d(filters))


class ResidualBlock(nn.Module):
    def __init__(self, inputs, filters, stride):
        super().__init__()
        self.inner = nn.Sequential(
            normed_convolution(inputs, filters, 3, stride), nn.ReLU(),
            normed_convolution(filters, filters, 3, 1))
        self.shortcut = nn.Identity()
        if stride > 1 or inputs != filters:
            self.shortcut = normed_convolution(inputs, filters, 1, stride)

    def forward(self, x):
        return F.relu(self.inner(x) + self.shortcut(x))


class Attention(nn.Module):
    def __init__(self):
        super().__init__()
        self.projection = nn.Linear(WIDTH, 3 * WIDTH)
        self.output = nn.Linear(WIDTH, WIDTH)

    def forward(self, x):
        heads = self.projection(x).unflatten(-1, (3, HEADS, WIDTH // HEADS)).permute(2, 0, 3, 1, 4)
        mixed = F.scaled_dot_product_attention(heads[0], heads[1], heads[2], is_causal=True)
        return self.output(mixed.transpose(1, 2).flatten(2))


class TransformerBlock(nn.Module):
    def __init__(self):
        super().__init__()
        self.attention = nn.Sequential(nn.LayerNorm(WIDTH), Attention())
        self.feed = nn.Sequential(
            nn.LayerNorm(WIDTH), nn.Linear(WIDTH, 4 * WIDTH), nn.GELU(),
            nn.Linear(4 * WIDTH, WIDTH))

    def forward(self, x):
        x = x + self.attention(x)
        return x + self.feed(x)


class LanguageModel(nn.Module):
    def __init__(self, tokens, length):
        super().__init__()
        self.embedding = nn.Embedding(tokens, WIDTH)
        self.positions = nn.Parameter(0.02 * torch.randn(length, WIDTH))
        self.blocks = nn.Sequential(*[TransformerBlock() for _ in range(BLOCKS)])
        self.head = nn.Sequential(nn.LayerNorm(WIDTH), nn.Linear(WIDTH, tokens, bias=False))

    def forward(self, x):
        return self.head(self.blocks(self.embedding(x) + self.positions))


def dense(*sizes):
    layers = []
    for inputs, outputs in zip(sizes, sizes[1:]):
        layers += [nn.Linear(inputs, outputs), nn.ReLU()]
    return layers[:-1]


def build(name):
    net = NETWORKS[name]
    if name == "iris":
        return nn.Sequential(*dense(4, 8, 8, 3))
    if name == "twolayer":
        return nn.Sequential(*dense(784, 50, 10))
    if name == "mlp":
        layers, inputs = [], 784
        for units in (256, 128):
            layers += [nn.Linear(inputs, units, bias=False), nn.BatchNorm1d(units), nn.ReLU(),
                       nn.Dropout(0.5)]
            inputs = units
        return nn.Sequential(*layers, nn.Linear(inputs, 10))
    if name == "convnet":
        return nn.Sequential(
            nn.Conv2d(1, 30, 5), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(),
            *dense(12 * 12 * 30, 100, 10))
    if name == "deepconvnet":
        layers, channels = [], 1
        for number, (filters, padding) in enumerate(DEEP_CONVOLUTIONS):
            layers += [nn.Conv2d(channels, filters, 3, padding=padding), nn.ReLU()]
            layers += [nn.MaxPool2d(2)] if number % 2 else []
            channels = filters
        return nn.Sequential(
            *layers, nn.Flatten(), nn.Linear(4 * 4 * 64, 50), nn.ReLU(), nn.Dropout(0.5),
            nn.Linear(50, 10), nn.Dropout(0.5))
    if name == "resnet":
        blocks, channels = [], 16
        for filters, stride in RESIDUAL_BLOCKS:
            blocks.append(ResidualBlock(channels, filters, stride))
            channels = filters
        return nn.Sequential(
            normed_convolution(3, 16, 3, 1), nn.ReLU(), *blocks, nn.AdaptiveAvgPool2d(1),
            nn.Flatten(), nn.Linear(64, 10))
    return LanguageModel(net.classes, net.shape[0])


def optimizer(kind, parameters):
    rate = LEARNING_RATE[kind]
    if kind == "sgd":
        return torch.optim.SGD(parameters, rate)
    if kind == "momentum":
        return torch.optim.SGD(parameters, rate, momentum=0.9)
    return {"adam": torch.optim.Adam, "adamw": torch.optim.AdamW}[kind](parameters, rate)


def make_step(name, threads, channels_last=False, compiled=False):
    """A function that takes one step, and one that waits until all steps are done."""
    torch.set_num_threads(threads)
    torch.manual_seed(0)
    net, model = NETWORKS[name], build(name)
    inputs, targets = (torch.from_numpy(array) for array in batch(name))
    if net.is_image:
        inputs = inputs.permute(0, 3, 1, 2).contiguous()
        if channels_last:
            model = model.to(memory_format=torch.channels_last)
            inputs = inputs.contiguous(memory_format=torch.channels_last)
    update = optimizer(net.optimizer, model.parameters())
    forward = torch.compile(model) if compiled else model

    def step():
        update.zero_grad(set_to_none=True)
        F.cross_entropy(forward(inputs).reshape(-1, net.classes), targets).backward()
        update.step()

    return step, lambda: None
