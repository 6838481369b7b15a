"""Single operations in PyTorch's eager mode on tensors of 2x2: what the way from Python to the kernel costs."""

import json
from pathlib import Path

import torch
from safetensors.torch import load_file
from torch.nn import functional


class Operations:
    def __init__(self, order, place):
        folder = Path(order["folder"])
        settings = json.loads((folder / "case.json").read_text(encoding="utf-8"))
        repeats, self.chains, links = settings["repeats"], settings["chains"], settings["links"]
        operands = {name: values.to(place.device) for name, values in load_file(folder / "operands.safetensors").items()}
        self.place = place
        self.a, self.b = operands["a"], operands["b"]
        self.layers = [(weight.clone().requires_grad_(), bias.clone().requires_grad_()) for weight, bias in zip(operands["weights"], operands["biases"])]
        self.variables = [variable for layer in self.layers for variable in layer]
        self.single = {
            "add": lambda: torch.add(self.a, self.b),
            "matMul": lambda: torch.matmul(self.a, self.b),
            "reshape": lambda: torch.reshape(self.a, (4,)),
        }
        self.chained = {"linear+gelu, forward": self.forward, "linear+gelu, forward+backward": self.gradients}
        self.repeats = repeats
        self.parts = [{"name": name, "itemsPerStep": repeats, "repeatsPerStep": repeats} for name in self.single]
        self.parts += [{"name": name, "itemsPerStep": self.chains * links, "repeatsPerStep": self.chains * links} for name in self.chained]

    def chain(self):
        x = self.a
        for weight, bias in self.layers:
            x = functional.gelu(functional.linear(x, weight, bias))
        return x

    def forward(self):
        with torch.no_grad():
            return self.chain()

    def gradients(self):
        return torch.autograd.grad(self.chain().sum(), self.variables)

    def check(self):
        with self.place.precision():
            results = [*(operation() for operation in self.single.values()), self.forward(), self.gradients()[0]]
        return [value for result in results for value in result.float().flatten().tolist()]

    def prepare(self):
        return {}

    def run(self, part, steps):
        operation = self.single.get(part) or self.chained[part]
        count = steps * (self.repeats if part in self.single else self.chains)
        with self.place.precision():
            for _ in range(count):
                operation()
        self.place.wait()

    def facts(self):
        return self.place.facts({"dropout": "none", "updatedParameters": 0})
