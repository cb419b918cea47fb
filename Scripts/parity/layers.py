"""Vectors of PyTorch for the layers' tests: forward, gradients of input and parameters.

    python Scripts/parity/layers.py Tests/KalsaeLayersTests/Vectors/layers.safetensors

Everything is in Kalsae's layout: channels last, convolution kernels [kh, kw, in / groups, out],
recurrent weights [in, gates * units] with the gates in Kalsae's order. The loss is the sum of the
output times a fixed `seed`. Numbers are float64; the float32 tests round them.
Names: `case/x`, `case/p.<parameter>`, `case/seed`, `case/y`, `case/dx`, `case/g.<parameter>`.
"""

import json
import struct
import sys

import numpy
import torch
from torch import nn

torch.set_default_dtype(torch.float64)
torch.manual_seed(20)
tensors = {}

LAST = {3: (0, 2, 1), 4: (0, 2, 3, 1)}
FIRST = {3: (0, 2, 1), 4: (0, 3, 1, 2)}


def kernel(weight):
    """[out, in, k...] to [k..., in, out]."""
    return weight.permute(*range(2, weight.ndim), 1, 0)


def put(name, tensor):
    tensors[name] = numpy.ascontiguousarray(tensor.detach().numpy())


def case(name, x, function, parameters, moves_channels=False):
    """`parameters`: name to (torch parameter, function to Kalsae's layout)."""
    x = x.clone().requires_grad_(x.dtype.is_floating_point)
    inner = x.permute(*FIRST[x.ndim]) if moves_channels else x
    y = function(inner)
    if moves_channels and y.ndim in LAST:
        y = y.permute(*LAST[y.ndim])
    seed = torch.randn_like(y)
    (y * seed).sum().backward()
    put(f"{name}/x", x)
    put(f"{name}/y", y)
    put(f"{name}/seed", seed)
    if x.grad is not None:
        put(f"{name}/dx", x.grad)
    for key, (parameter, layout) in parameters.items():
        put(f"{name}/p.{key}", layout(parameter))
        put(f"{name}/g.{key}", layout(parameter.grad))


def same(tensor):
    return tensor


def scatter(module):
    """Parameters away from their first values, so that scales and offsets count."""
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.add_(torch.randn_like(parameter) * 0.3)
    return module


def convolution(name, module, x, key="weight", layout=kernel):
    module = scatter(module)
    parameters = {key: (module.weight, layout)}
    if module.bias is not None:
        parameters["bias"] = (module.bias, same)
    case(name, x, module, parameters, moves_channels=True)


def images(*shape):
    return torch.randn(*shape)


convolution("conv2D", nn.Conv2d(2, 3, 3), images(2, 5, 6, 2))
convolution(
    "conv2D.everything",
    nn.Conv2d(4, 6, (2, 3), stride=(1, 2), padding=2, dilation=(2, 1), groups=2),
    images(2, 5, 6, 4),
)
convolution("conv2D.same", nn.Conv2d(2, 3, 4, padding="same", bias=False), images(2, 5, 6, 2))
convolution("conv1D", nn.Conv1d(2, 3, 3, stride=2, padding=1), images(2, 7, 2))
convolution("depthwise", nn.Conv2d(3, 6, 2, groups=3), images(2, 4, 4, 3))
convolution(
    "transposed",
    nn.ConvTranspose2d(4, 6, 3, stride=2, padding=1, output_padding=1, groups=2),
    images(2, 3, 2, 4),
    # [in, out / groups, kh, kw] is the kernel of the convolution that leads back.
)
for name, module in {
    "maxPool2D": nn.MaxPool2d(3, stride=2, padding=1),
    "averagePool2D": nn.AvgPool2d(3, stride=2, padding=1),
    "averagePool2D.inside": nn.AvgPool2d(3, stride=2, padding=1, count_include_pad=False),
    "adaptiveAveragePool2D": nn.AdaptiveAvgPool2d((3, 2)),
    "adaptiveMaxPool2D": nn.AdaptiveMaxPool2d((2, 3)),
    "upSampling2D": nn.Upsample(scale_factor=2),
}.items():
    case(name, images(2, 5, 7, 2), module, {}, moves_channels=True)
case("maxPool1D", images(2, 7, 2), nn.MaxPool1d(3, stride=2), {}, moves_channels=True)


def norm(name, module, x, moves_channels=False):
    module = scatter(module)
    parameters = {"gamma": (module.weight, same)}
    if getattr(module, "bias", None) is not None:
        parameters["beta"] = (module.bias, same)
    case(name, x, module, parameters, moves_channels)


norm("layerNorm", nn.LayerNorm(5), images(2, 3, 5))
norm("rmsNorm", nn.RMSNorm(5, eps=1e-6), images(2, 3, 5))
norm("groupNorm", nn.GroupNorm(2, 4), images(2, 3, 2, 4), True)
norm("instanceNorm", nn.InstanceNorm2d(3, affine=True), images(2, 3, 4, 3), True)
batch = nn.BatchNorm2d(3)
norm("batchNorm", batch, images(2, 3, 4, 3), True)
put("batchNorm/running.mean", batch.running_mean)
put("batchNorm/running.variance", batch.running_var)

table = nn.Embedding(6, 3)
case("embedding", torch.tensor([[0, 5, 2], [2, 1, 2]]), table, {"table": (table.weight, same)})


def gates(order):
    """[gates * units, in] to [in, gates * units] in another order of gates."""

    def layout(tensor):
        parts = tensor.chunk(len(order))
        joined = torch.cat([parts[index] for index in order])
        return joined.T if joined.ndim == 2 else joined

    return layout


def recurrent(name, module, order, one_bias):
    module = scatter(module)
    if one_bias:
        with torch.no_grad():
            module.bias_hh_l0.zero_()
    layout = gates(order)
    parameters = {
        "weight": (module.weight_ih_l0, layout),
        "recurrentWeight": (module.weight_hh_l0, layout),
        "bias": (module.bias_ih_l0, layout),
    }
    if not one_bias:
        parameters["recurrentBias"] = (module.bias_hh_l0, layout)
    case(name, images(2, 4, 3), lambda x: module(x)[0], parameters)


recurrent("simpleRNN", nn.RNN(3, 4, batch_first=True), [0], True)
recurrent("lstm", nn.LSTM(3, 4, batch_first=True), [0, 1, 2, 3], True)
# PyTorch's gates are r, z, n.
recurrent("gru", nn.GRU(3, 4, batch_first=True), [1, 0, 2], False)


def attention_parameters(module, prefix=""):
    parameters = {}
    for index, part in enumerate(["query", "key", "value"]):
        pick = lambda t, i=index: t.chunk(3)[i].T if t.ndim == 2 else t.chunk(3)[i]
        parameters[f"{prefix}{part}.weight"] = (module.in_proj_weight, pick)
        parameters[f"{prefix}{part}.bias"] = (module.in_proj_bias, pick)
    parameters[f"{prefix}output.weight"] = (module.out_proj.weight, torch.t)
    parameters[f"{prefix}output.bias"] = (module.out_proj.bias, same)
    return parameters


heads = scatter(nn.MultiheadAttention(6, 2, batch_first=True))
case(
    "multiHeadAttention", images(2, 4, 6),
    lambda x: heads(x, x, x, need_weights=False)[0], attention_parameters(heads),
)
future = torch.triu(torch.ones(4, 4, dtype=torch.bool), 1)
heads.zero_grad()
case(
    "multiHeadAttention.causal", images(2, 4, 6),
    lambda x: heads(x, x, x, attn_mask=future, need_weights=False)[0],
    attention_parameters(heads),
)
padding = torch.tensor([[False, False, False, True], [False, True, True, True]])
heads.zero_grad()
case(
    "multiHeadAttention.padding", images(2, 4, 6),
    lambda x: heads(x, x, x, key_padding_mask=padding, need_weights=False)[0],
    attention_parameters(heads),
)
block = scatter(
    nn.TransformerEncoderLayer(
        6, 2, dim_feedforward=12, dropout=0, activation="gelu", batch_first=True, norm_first=True
    )
)
parameters = attention_parameters(block.self_attn, "attention.")
for ours, theirs in {"norm1": block.norm1, "norm2": block.norm2}.items():
    parameters[f"{ours}.gamma"] = (theirs.weight, same)
    parameters[f"{ours}.beta"] = (theirs.bias, same)
for ours, theirs in {"expand": block.linear1, "contract": block.linear2}.items():
    parameters[f"{ours}.weight"] = (theirs.weight, torch.t)
    parameters[f"{ours}.bias"] = (theirs.bias, same)
case("transformerBlock", images(2, 3, 6), block, parameters)

# Newer cases stand behind the older ones, so that those keep their numbers.
parts = scatter(
    nn.Sequential(nn.Conv2d(2, 4, 2, groups=2, bias=False), nn.Conv2d(4, 3, 1))
)
case(
    "separable", images(2, 4, 5, 2), parts,
    {
        "depthwise": (parts[0].weight, kernel), "pointwise": (parts[1].weight, kernel),
        "bias": (parts[1].bias, same),
    },
    moves_channels=True,
)
case("averagePool1D", images(2, 7, 2), nn.AvgPool1d(3, stride=2), {}, moves_channels=True)
bilinear = nn.Upsample(scale_factor=(2, 3), mode="bilinear", align_corners=False)
case("upSampling2D.bilinear", images(2, 3, 4, 2), bilinear, {}, moves_channels=True)


def bidirectional(name, module, order, one_bias):
    module = scatter(module)
    parameters = {}
    for ours, suffix in {"forward": "l0", "backward": "l0_reverse"}.items():
        weights = [getattr(module, f"{kind}_{suffix}") for kind in
                   ("weight_ih", "weight_hh", "bias_ih", "bias_hh")]
        if one_bias:
            with torch.no_grad():
                weights[3].zero_()
        names = ("weight", "recurrentWeight", "bias", "recurrentBias")[: 3 if one_bias else 4]
        for key, weight in zip(names, weights):
            parameters[f"{ours}.{key}"] = (weight, gates(order))
    case(name, images(2, 4, 3), lambda x: module(x)[0], parameters)


bidirectional(
    "bidirectional.lstm", nn.LSTM(3, 4, batch_first=True, bidirectional=True), [0, 1, 2, 3], True
)
bidirectional(
    "bidirectional.gru", nn.GRU(3, 4, batch_first=True, bidirectional=True), [1, 0, 2], False
)

slopes = scatter(nn.PReLU(3))
case("prelu", images(2, 4, 5, 3), slopes, {"slope": (slopes.weight, same)}, moves_channels=True)
case("zeroPadding2D", images(2, 3, 4, 2), nn.ZeroPad2d((2, 3, 1, 0)), {}, moves_channels=True)
case("globalAveragePool", images(2, 3, 4, 2), lambda x: x.mean((2, 3)), {}, moves_channels=True)
case("globalMaxPool", images(2, 3, 4, 2), lambda x: x.amax((2, 3)), {}, moves_channels=True)

header = {
    "__metadata__": {
        "torch": torch.__version__, "numpy": numpy.__version__,
        "python": sys.version.split()[0], "script": "Scripts/parity/layers.py",
    }
}
data = b""
kinds = {"float64": "F64", "int64": "I64"}
for name, array in sorted(tensors.items()):
    header[name] = {
        "dtype": kinds[str(array.dtype)], "shape": list(array.shape),
        "data_offsets": [len(data), len(data) + array.nbytes],
    }
    data += array.tobytes()
text = json.dumps(header).encode()
text += b" " * (-len(text) % 8)
with open(sys.argv[1], "wb") as file:
    file.write(struct.pack("<Q", len(text)) + text + data)
print(f"{len(tensors)} tensors, {len(data)} bytes")
