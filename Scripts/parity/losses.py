#!/usr/bin/env python3
"""Writes the vectors that losses and activations are compared with: PyTorch's values and gradients.

Run with PyTorch and safetensors or plain NumPy: python Scripts/parity/losses.py
"""
import json
import pathlib
import struct

import numpy
import torch
import torch.nn.functional as F

torch.manual_seed(3)
torch.set_default_dtype(torch.float64)
out = {}


def keep(name, tensor):
    out[name] = tensor.detach().contiguous().numpy()


def case(name, x, function, extra=()):
    """Input, value and gradient of the sum of value times fixed weights."""
    x = x.clone().requires_grad_(True)
    value = function(x)
    weights = torch.linspace(0.5, 1.5, value.numel()).reshape(value.shape)
    (value * weights).sum().backward()
    keep(f"{name}.x", x)
    keep(f"{name}.value", value)
    keep(f"{name}.gradient", x.grad)
    for key, tensor in extra:
        keep(f"{name}.{key}", tensor)


x = torch.randn(4, 6) * 2
x = torch.where(x.abs() < 0.05, torch.full_like(x, 0.3), x)


def hard_sigmoid(v):
    """F.hardsigmoid, whose gradient in float64 has a sixth of float32 precision."""
    return F.relu6(v + 3) / 6


activations = {
    "sigmoid": torch.sigmoid, "hardSigmoid": hard_sigmoid, "tanh": torch.tanh,
    "hardTanh": F.hardtanh, "softplus": F.softplus, "softsign": F.softsign, "relu": F.relu,
    "relu6": F.relu6, "leakyRelu": F.leaky_relu, "leakyRelu(0.1)": lambda v: F.leaky_relu(v, 0.1),
    "elu": F.elu, "elu(1.5)": lambda v: F.elu(v, 1.5), "selu": F.selu, "celu": F.celu,
    "celu(2)": lambda v: F.celu(v, 2.0), "gelu": F.gelu,
    "geluTanh": lambda v: F.gelu(v, approximate="tanh"), "silu": F.silu, "swish": F.silu,
    "hardSwish": F.hardswish, "mish": F.mish, "logSigmoid": F.logsigmoid,
    "sinc": lambda v: torch.sinc(v / torch.pi), "softmax": lambda v: F.softmax(v, -1),
    "logSoftmax": lambda v: F.log_softmax(v, -1), "glu": F.glu,
    "swish(2)": lambda v: v * torch.sigmoid(2 * v), "identity": lambda v: v * 1.0,
    "exponential": torch.exp,
}
for name, function in activations.items():
    case(f"activation {name}", x, function)

logits = torch.randn(5, 4) * 2
labels = torch.tensor([0, 3, 1, 2, 3])
dense = F.softmax(torch.randn(5, 4), -1)
weights = torch.tensor([0.5, 2.0, 1.0, 3.0])
lab = (("targets", labels.to(torch.int32)),)
for reduction in ["none", "sum", "mean"]:
    case(f"loss softmaxCrossEntropy/{reduction}", logits,
         lambda v: F.cross_entropy(v, labels, reduction=reduction), lab)
    case(f"loss softmaxCrossEntropy(classWeights: 0.5 2 1 3)/{reduction}", logits,
         lambda v: F.cross_entropy(v, labels, weights, reduction=reduction), lab)
case("loss softmaxCrossEntropy(labelSmoothing: 0.1)/mean", logits,
     lambda v: F.cross_entropy(v, labels, label_smoothing=0.1), lab)
case("loss softmaxCrossEntropy(labelSmoothing: 0.1, classWeights: 0.5 2 1 3)/mean", logits,
     lambda v: F.cross_entropy(v, labels, weights, label_smoothing=0.1), lab)
case("loss softmaxCrossEntropy(ignoring: 3)/mean", logits,
     lambda v: F.cross_entropy(v, labels, ignore_index=3), lab)
case("loss softmaxCrossEntropy(ignoring: 3, classWeights: 0.5 2 1 3)/mean", logits,
     lambda v: F.cross_entropy(v, labels, weights, ignore_index=3), lab)
den = (("targets", dense),)
case("loss softmaxCrossEntropy dense/mean", logits, lambda v: F.cross_entropy(v, dense), den)
case("loss softmaxCrossEntropy(labelSmoothing: 0.1, classWeights: 0.5 2 1 3) dense/mean", logits,
     lambda v: F.cross_entropy(v, dense, weights, label_smoothing=0.1), den)
case("loss klDivergence/mean", logits,
     lambda v: F.kl_div(F.log_softmax(v, -1), dense, reduction="batchmean"), den)
probabilities = F.softmax(logits, -1)
case("loss crossEntropy(epsilon: 0)/mean", probabilities,
     lambda v: F.nll_loss(torch.log(v), labels), lab)

y = torch.randn(5, 3)
t = torch.randn(5, 3) * 2
tar = (("targets", t),)
case("loss meanSquaredError/mean", y, lambda v: F.mse_loss(v, t), tar)
case("loss meanAbsoluteError/mean", y, lambda v: F.l1_loss(v, t), tar)
case("loss huber/mean", y, lambda v: F.huber_loss(v, t), tar)
case("loss huber(delta: 0.5)/mean", y, lambda v: F.huber_loss(v, t, delta=0.5), tar)
case("loss logCosh/mean", y, lambda v: torch.log(torch.cosh(v - t)).mean(), tar)
case("loss halfSquaredError/mean", y, lambda v: (0.5 * (v - t) ** 2).sum(1).mean(), tar)
counts = torch.poisson(torch.full((5, 3), 2.0))
case("loss poisson/mean", y, lambda v: F.poisson_nll_loss(v, counts), (("targets", counts),))
case("loss poissonOfRate/mean", y.exp(),
     lambda v: F.poisson_nll_loss(v, counts, log_input=False, eps=1e-7), (("targets", counts),))
case("loss poissonDeviance/mean", y.exp(),
     lambda v: (2 * (torch.xlogy(counts, counts) - torch.xlogy(counts, v) - counts + v)).mean(),
     (("targets", counts),))
case("loss gammaDeviance/mean", y.exp(),
     lambda v: (2 * (torch.log(v / (counts + 1)) + (counts + 1) / v - 1)).mean(),
     (("targets", counts + 1),))
case("loss cosine/none", y,
     lambda v: F.cosine_embedding_loss(v, t, torch.ones(5), reduction="none"), tar)
bits = (torch.rand(5, 3) > 0.5).double()
bit = (("targets", bits),)
case("loss binaryCrossEntropy/mean", y,
     lambda v: F.binary_cross_entropy_with_logits(v, bits), bit)
case("loss binaryCrossEntropy(positiveWeight: 3)/mean", y,
     lambda v: F.binary_cross_entropy_with_logits(v, bits, pos_weight=torch.tensor(3.0)), bit)
case("loss binaryCrossEntropyOfProbability/mean", torch.sigmoid(y),
     lambda v: F.binary_cross_entropy(v, bits), bit)


def focal(v):
    entropy = F.binary_cross_entropy_with_logits(v, bits, reduction="none")
    p = torch.sigmoid(v)
    right = p * bits + (1 - p) * (1 - bits)
    alpha = 0.25 * bits + 0.75 * (1 - bits)
    return (alpha * entropy * (1 - right) ** 2).mean()


case("loss focal/mean", y, focal, bit)
signs = bits * 2 - 1
case("loss hinge/mean", y, lambda v: torch.clamp(1 - signs * v, min=0).mean(), bit)
case("loss squaredHinge/mean", y, lambda v: (torch.clamp(1 - signs * v, min=0) ** 2).mean(), bit)
triple = torch.randn(5, 3, 4)
case("loss triplet/none", triple,
     lambda v: F.triplet_margin_loss(v[:, 0], v[:, 1], v[:, 2], reduction="none"),
     (("targets", torch.zeros(5)),))


def save(path, tensors, metadata):
    names = {"float64": "F64", "int32": "I32"}
    header, data = {"__metadata__": metadata}, b""
    for name, array in sorted(tensors.items(), key=lambda i: (-i[1].dtype.itemsize, i[0])):
        end = len(data) + array.nbytes
        header[name] = {"dtype": names[str(array.dtype)], "shape": list(array.shape),
                        "data_offsets": [len(data), end]}
        data += array.tobytes()
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(struct.pack("<Q", len(text)) + text + data)
    print(path, path.stat().st_size)


here = pathlib.Path(__file__).resolve().parents[2]
save(here / "Tests/KalsaeLayersTests/Vectors/losses.safetensors", out,
     {"torch": torch.__version__, "numpy": numpy.__version__, "script": "Scripts/parity/losses.py"})
