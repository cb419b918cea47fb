#!/usr/bin/env python3
"""Writes Tests/KalsaeOptimizersTests/Vectors/optimizers.safetensors: what PyTorch's optimizers and
learning-rate schedulers do on fixed numbers. Needs torch and numpy; NAME/TYPE is [steps, numbers]."""

import json
import math
import pathlib
import struct

import numpy as np
import torch

SHAPES = [(4, 3), (5,), (2, 3, 2)]
STEPS = 10
O = torch.optim

OPTIMIZERS = {
    "sgd": lambda p: O.SGD(p, lr=0.1),
    "momentum": lambda p: O.SGD(p, lr=0.1, momentum=0.9),
    "nesterov": lambda p: O.SGD(p, lr=0.1, momentum=0.9, nesterov=True),
    "sgd-l2": lambda p: O.SGD(p, lr=0.1, momentum=0.9, weight_decay=0.05),
    "adagrad": lambda p: O.Adagrad(p),
    "adagrad-accumulator": lambda p: O.Adagrad(p, lr=0.1, initial_accumulator_value=0.1),
    "rmsprop": lambda p: O.RMSprop(p),
    "rmsprop-centered": lambda p: O.RMSprop(p, alpha=0.9, momentum=0.8, centered=True),
    "adadelta": lambda p: O.Adadelta(p),
    "adam": lambda p: O.Adam(p, lr=0.01),
    "adam-l2": lambda p: O.Adam(p, lr=0.01, weight_decay=0.1),
    "amsgrad": lambda p: O.Adam(p, lr=0.01, betas=(0.9, 0.6), amsgrad=True),
    "adamw": lambda p: O.AdamW(p, lr=0.01),
    "adamax": lambda p: O.Adamax(p),
    "nadam": lambda p: O.NAdam(p),
    "adafactor": lambda p: O.Adafactor(p),
    "adafactor-decay": lambda p: O.Adafactor(p, lr=0.1, d=1.5, weight_decay=0.1),
}

S = torch.optim.lr_scheduler
SCHEDULES = {
    "step": lambda o: S.StepLR(o, step_size=7, gamma=0.5),
    "milestones": lambda o: S.MultiStepLR(o, milestones=[5, 12, 30], gamma=0.3),
    "exponential": lambda o: S.ExponentialLR(o, gamma=0.9),
    "polynomial": lambda o: S.PolynomialLR(o, total_iters=30, power=2.0),
    "cosine": lambda o: S.CosineAnnealingLR(o, T_max=40, eta_min=0.02),
    "restarts": lambda o: S.CosineAnnealingWarmRestarts(o, T_0=6, T_mult=2, eta_min=0.02),
    "one-cycle": lambda o: S.OneCycleLR(o, max_lr=0.2, total_steps=40),
}


def random_numbers():
    """Start [n] and gradients [steps, n], the same in float32 and float64."""
    random = np.random.default_rng(5)
    count = sum(math.prod(shape) for shape in SHAPES)
    start = random.normal(size=count).astype(np.float32)
    scale = 10.0 ** random.uniform(-3, 1, size=count)
    gradients = (random.normal(size=(STEPS, count)) * scale).astype(np.float32)
    gradients[:, 1] = 0  # A number whose gradient is always zero.
    return start, gradients


def split(flat):
    parts, place = [], 0
    for shape in SHAPES:
        size = math.prod(shape)
        parts.append(flat[place : place + size].reshape(shape))
        place += size
    return parts


def run(make, start, gradients, dtype):
    torch.set_default_dtype(dtype)  # Some optimizers keep their counts in the default type.
    parameters = [torch.tensor(part, dtype=dtype) for part in split(start)]
    for parameter in parameters:
        parameter.requires_grad_(True)
    optimizer = make(parameters)
    rows = []
    for row in gradients:
        for parameter, gradient in zip(parameters, split(row)):
            parameter.grad = torch.tensor(gradient, dtype=dtype)
        optimizer.step()
        rows.append(np.concatenate([p.detach().numpy().ravel() for p in parameters]))
    return np.stack(rows)


def lion(start, gradients, dtype):
    """PyTorch has no Lion: the paper's program in NumPy."""
    p, mean, rows = start.astype(dtype), np.zeros(start.shape, dtype), []
    for gradient in gradients.astype(dtype):
        p = p - dtype(1e-2) * np.sign(dtype(0.9) * mean + dtype(1 - 0.9) * gradient)
        mean = dtype(0.99) * mean + dtype(1 - 0.99) * gradient
        rows.append(p)
    return np.stack(rows)


def lbfgs():
    """Places after 1 to 10 steps of rate 0.5 on sum(c x² / 2 + x⁴ / 4)."""
    scale = torch.arange(1, 6, dtype=torch.float64)
    rows = []
    for count in range(1, STEPS + 1):
        x = torch.linspace(-2, 1.5, 5, dtype=torch.float64).requires_grad_(True)
        optimizer = O.LBFGS(
            [x], lr=0.5, max_iter=count, max_eval=1000, history_size=3, tolerance_grad=0,
            tolerance_change=0)

        def closure():
            optimizer.zero_grad()
            value = (scale * x**2 / 2 + x**4 / 4).sum()
            value.backward()
            return value

        optimizer.step(closure)
        rows.append(x.detach().numpy().copy())
    return np.stack(rows)


def rates(make):
    optimizer = O.SGD([torch.zeros(1, requires_grad=True)], lr=0.2)
    scheduler = make(optimizer)
    values = []
    for _ in range(40):
        values.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    return np.array(values)


def write(path, tensors, metadata):
    names = {np.dtype(np.float32): "F32", np.dtype(np.float64): "F64"}
    header, place = {"__metadata__": metadata}, 0
    for name, array in tensors.items():
        end = place + array.nbytes
        header[name] = {
            "dtype": names[array.dtype], "shape": list(array.shape), "data_offsets": [place, end]}
        place = end
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    data = b"".join(np.ascontiguousarray(array).tobytes() for array in tensors.values())
    path.write_bytes(struct.pack("<Q", len(text)) + text + data)


def main():
    start, gradients = random_numbers()
    tensors = {"start": start, "gradients": gradients}
    for name, make in OPTIMIZERS.items():
        tensors[f"{name}/float32"] = run(make, start, gradients, torch.float32)
        tensors[f"{name}/float64"] = run(make, start, gradients, torch.float64)
    tensors["lion/float32"] = lion(start, gradients, np.float32)
    tensors["lion/float64"] = lion(start, gradients, np.float64)
    tensors["lbfgs"] = lbfgs()
    for name, make in SCHEDULES.items():
        tensors[f"schedule/{name}"] = rates(make)
    root = pathlib.Path(__file__).resolve().parents[2]
    versions = {"torch": torch.__version__, "numpy": np.__version__}
    write(
        root / "Tests/KalsaeOptimizersTests/Vectors/optimizers.safetensors", tensors, versions)


main()
