"""Training steps in JAX: one jitted function of weights, optimizer state and batch."""

import functools

import jax
import jax.numpy as jnp
from jax import lax

from networks import (BLOCKS, DEEP_CONVOLUTIONS, HEADS, LEARNING_RATE, NETWORKS, RESIDUAL_BLOCKS,
                      WIDTH, batch)


class Tape:
    """Hands out weights in the order of use: made on the first walk, given on later ones.

    It also holds the random key of the step and collects statistics that batch norm reports.
    """

    def __init__(self, key, weights=None):
        self.key, self.given = key, weights
        self.made, self.reports, self.used = [], [], 0

    def next_key(self):
        self.key, key = jax.random.split(self.key)
        return key

    def weight(self, shape, deviation=None, constant=0.0):
        self.used += 1
        if self.given is not None:
            return self.given[self.used - 1]
        if deviation is None:
            value = jnp.full(shape, constant)
        else:
            value = deviation * jax.random.normal(self.next_key(), shape)
        self.made.append(value)
        return value


def dense(tape, x, units, bias=True):
    inputs = x.shape[-1]
    y = x @ tape.weight((inputs, units), (2 / inputs) ** 0.5)
    return y + tape.weight((units,)) if bias else y


def convolution(tape, x, filters, window, stride=1, padding=0, bias=True):
    inputs = x.shape[-1]
    kernel = tape.weight(
        (window, window, inputs, filters), (2 / (window * window * inputs)) ** 0.5)
    y = lax.conv_general_dilated(
        x, kernel, (stride, stride), [(padding, padding)] * 2,
        dimension_numbers=("NHWC", "HWIO", "NHWC"))
    return y + tape.weight((filters,)) if bias else y


def max_pool(x):
    return lax.reduce_window(x, -jnp.inf, lax.max, (1, 2, 2, 1), (1, 2, 2, 1), "VALID")


def normalized(x, axes):
    mean, variance = x.mean(axes, keepdims=True), x.var(axes, keepdims=True)
    return (x - mean) * lax.rsqrt(variance + 1e-5), (mean, variance)


def batch_norm(tape, x):
    y, statistics = normalized(x, tuple(range(x.ndim - 1)))
    tape.reports.append(statistics)
    return y * tape.weight(x.shape[-1:], constant=1.0) + tape.weight(x.shape[-1:])


def layer_norm(tape, x):
    return normalized(x, -1)[0] * tape.weight((WIDTH,), constant=1.0) + tape.weight((WIDTH,))


def dropout(tape, x):
    return jnp.where(jax.random.bernoulli(tape.next_key(), 0.5, x.shape), 2 * x, 0)


def residual_block(tape, x, filters, stride):
    y = batch_norm(tape, convolution(tape, x, filters, 3, stride, 1, bias=False))
    y = batch_norm(tape, convolution(tape, jax.nn.relu(y), filters, 3, 1, 1, bias=False))
    if stride > 1 or x.shape[-1] != filters:
        x = batch_norm(tape, convolution(tape, x, filters, 1, stride, bias=False))
    return jax.nn.relu(x + y)


def attention(tape, x):
    rows, length = x.shape[:2]
    heads = dense(tape, x, 3 * WIDTH).reshape(rows, length, 3, HEADS, WIDTH // HEADS)
    query, key, value = jnp.moveaxis(heads, 2, 0)
    scores = jnp.einsum("bqhd,bkhd->bhqk", query, key) / (WIDTH // HEADS) ** 0.5
    seen = jnp.tril(jnp.ones((length, length), bool))
    shares = jax.nn.softmax(jnp.where(seen, scores, -jnp.inf))
    return dense(tape, jnp.einsum("bhqk,bkhd->bqhd", shares, value).reshape(x.shape), WIDTH)


def forward(tape, name, x):
    relu = jax.nn.relu
    if name == "iris":
        return dense(tape, relu(dense(tape, relu(dense(tape, x, 8)), 8)), 3)
    if name == "twolayer":
        return dense(tape, relu(dense(tape, x, 50)), 10)
    if name == "mlp":
        for units in (256, 128):
            x = dropout(tape, relu(batch_norm(tape, dense(tape, x, units, bias=False))))
        return dense(tape, x, 10)
    if name == "convnet":
        x = max_pool(relu(convolution(tape, x, 30, 5))).reshape(x.shape[0], -1)
        return dense(tape, relu(dense(tape, x, 100)), 10)
    if name == "deepconvnet":
        for number, (filters, padding) in enumerate(DEEP_CONVOLUTIONS):
            x = relu(convolution(tape, x, filters, 3, 1, padding))
            x = max_pool(x) if number % 2 else x
        x = dropout(tape, relu(dense(tape, x.reshape(x.shape[0], -1), 50)))
        return dropout(tape, dense(tape, x, 10))
    if name == "resnet":
        x = relu(batch_norm(tape, convolution(tape, x, 16, 3, 1, 1, bias=False)))
        for filters, stride in RESIDUAL_BLOCKS:
            x = residual_block(tape, x, filters, stride)
        return dense(tape, x.mean((1, 2)), 10)
    tokens = NETWORKS[name].classes
    positions = tape.weight((x.shape[1], WIDTH), 0.02)
    x = tape.weight((tokens, WIDTH), 0.02)[x] + positions
    for _ in range(BLOCKS):
        x = x + attention(tape, layer_norm(tape, x))
        hidden = jax.nn.gelu(dense(tape, layer_norm(tape, x), 4 * WIDTH), approximate=False)
        x = x + dense(tape, hidden, WIDTH)
    return dense(tape, layer_norm(tape, x), tokens, bias=False)


def updated(kind, weights, slopes, first, second, count):
    """Weights and both moments after an update; each is a list."""
    rate, map_ = LEARNING_RATE[kind], jax.tree.map
    if kind == "sgd":
        return map_(lambda w, s: w - rate * s, weights, slopes), first, second
    if kind == "momentum":
        first = map_(lambda m, s: 0.9 * m + s, first, slopes)
        return map_(lambda w, m: w - rate * m, weights, first), first, second
    first = map_(lambda m, s: 0.9 * m + 0.1 * s, first, slopes)
    second = map_(lambda v, s: 0.999 * v + 0.001 * s * s, second, slopes)
    scale = rate * jnp.sqrt(1 - 0.999**count) / (1 - 0.9**count)
    kept = 1 - rate * 0.01 if kind == "adamw" else 1.0
    moved = map_(
        lambda w, m, v: kept * w - scale * m / (jnp.sqrt(v) + 1e-8), weights, first, second)
    return moved, first, second


def make_step(name):
    """A function that takes one step, and one that waits until all steps are done."""
    net = NETWORKS[name]
    inputs, targets = (jnp.asarray(array) for array in batch(name))
    tape = Tape(jax.random.key(0))
    forward(tape, name, inputs)
    weights, running = tape.made, tape.reports

    def loss(weights, inputs, targets, key):
        tape = Tape(key, weights)
        logits = forward(tape, name, inputs).reshape(-1, net.classes)
        chosen = jnp.take_along_axis(jax.nn.log_softmax(logits), targets[:, None], 1)
        return -chosen.mean(), tape.reports

    @functools.partial(jax.jit, donate_argnums=0)
    def step(state, inputs, targets):
        weights, first, second, running, count, key = state
        key, own = jax.random.split(key)
        gradient = jax.value_and_grad(loss, has_aux=True)
        (value, reports), slopes = gradient(weights, inputs, targets, own)
        running = jax.tree.map(lambda old, new: 0.9 * old + 0.1 * new, running, reports)
        weights, first, second = updated(
            net.optimizer, weights, slopes, first, second, count + 1)
        return (weights, first, second, running, count + 1, key), value

    # Each list has buffers of its own, since all are given away.
    zeros = lambda: [jnp.zeros_like(weight) for weight in weights]
    held = [(weights, zeros(), zeros(), running, jnp.zeros(()), jax.random.key(1)), None]

    def run():
        held[0], held[1] = step(held[0], inputs, targets)

    return run, lambda: jax.block_until_ready(held[1])
