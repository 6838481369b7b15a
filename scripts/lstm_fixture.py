#!/usr/bin/env python3
"""Makes test/nn/bilstm.json: what a one-layer bidirectional LSTM of PyTorch gives for rows of several lengths (packed, so that
padding does not exist for it), and the gradients of a weighted sum of its outputs, in float64.

    python3 scripts/lstm_fixture.py test/nn/bilstm.json
"""

import json
import sys
from pathlib import Path

import torch
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

B, T, E, H = 4, 6, 5, 3
LENGTHS = [6, 4, 1, 5]


def tensor(value):
    value = value.detach()
    return {"shape": list(value.shape), "dtype": "float32", "data": [float(f"{number:.9g}") for number in value.flatten().tolist()]}


def main():
    torch.manual_seed(20191)
    lstm = torch.nn.LSTM(E, H, batch_first=True, bidirectional=True).double()
    with torch.no_grad():
        for parameter in lstm.parameters():
            parameter.copy_((0.6 * torch.randn_like(parameter)).float().double())
    x = torch.randn(B, T, E).double().float().double().requires_grad_()
    lengths = torch.tensor(LENGTHS)
    mask = (torch.arange(T)[None] < lengths[:, None]).double()
    packed, (last, _) = lstm(pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False))
    states, _ = pad_packed_sequence(packed, batch_first=True, total_length=T)
    final = torch.cat([last[0], last[1]], 1)
    upstream = {"states": torch.randn_like(states).float().double(), "final": torch.randn_like(final).float().double()}
    ((states * upstream["states"]).sum() + (final * upstream["final"]).sum()).backward()
    fixture = {
        "inputs": {"x": tensor(x), "mask": tensor(mask), **{f"upstream_{name}": tensor(value) for name, value in upstream.items()}, **{name: tensor(value) for name, value in lstm.named_parameters()}},
        "expected": {"states": tensor(states), "final": tensor(final), "gradients": {"x": tensor(x.grad), **{name: tensor(value.grad) for name, value in lstm.named_parameters()}}},
    }
    path = Path(sys.argv[1])
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(fixture) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
