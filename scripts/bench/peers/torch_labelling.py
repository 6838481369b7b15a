"""Labelling in PyTorch: a forward pass over sentences sorted by length, in inference mode."""

import contextlib
from pathlib import Path

import numpy
import torch
from safetensors.numpy import load_file
from transformers import AutoModelForSequenceClassification

from sentences import fastest_rows, sorted_batches

UNTUNED_ROWS = 32


class Labelling:
    def __init__(self, order, place):
        folder = Path(order["folder"])
        arrays = load_file(folder / "sentences.safetensors")
        self.ids, self.offsets = arrays["ids"], arrays["offsets"]
        self.place = place
        self.model = AutoModelForSequenceClassification.from_pretrained(folder / "teacher", dtype=torch.float32, attn_implementation="sdpa").to(place.device).eval()
        # With a precision of 16 bits, weights may be cast once and for all, or within autocast, which keeps the casts of a pass.
        self.cast = False
        self.forward = place.compile(self.model, dynamic=True)
        self.tuned = order.get("tuned")
        self.rows = self.tuned["rows"] if self.tuned else UNTUNED_ROWS
        self.parts = [{"name": "pass", "itemsPerStep": len(self.offsets) - 1}]

    def check(self):
        return self.one_pass(self.rows).flatten().tolist()

    def prepare(self):
        if self.tuned is None:
            self.tuned = self.choose()
            self.rows = self.tuned["rows"]
        if self.tuned["castWeights"]:
            self.cast_weights()
        return self.tuned

    def choose(self):
        sentences = len(self.offsets) - 1
        rows, tried = fastest_rows(self.one_pass, sentences)
        chosen = {"rows": rows, "rowsTriedMs": tried, "castWeights": False}
        if not self.place.half:
            return chosen
        self.cast_weights()
        cast_rows, cast_tried = fastest_rows(self.one_pass, sentences)
        autocast_wins = min(tried.values()) <= min(cast_tried.values())
        if not autocast_wins:
            chosen = {"rows": cast_rows, "rowsTriedMs": cast_tried, "castWeights": True}
        return {**chosen, "otherwiseTriedMs": cast_tried if autocast_wins else tried}

    def cast_weights(self):
        self.model.to(torch.bfloat16)
        self.cast = True

    def run(self, _part, steps):
        for _ in range(steps):
            self.one_pass(self.rows)

    def one_pass(self, rows):
        logits = numpy.empty((len(self.offsets) - 1, 2), dtype=numpy.float32)
        said = []
        with torch.inference_mode(), contextlib.nullcontext() if self.cast else self.place.precision():
            for order, ids, mask in sorted_batches(self.ids, self.offsets, rows):
                ids, mask = self.place.put(torch.from_numpy(ids)), self.place.put(torch.from_numpy(mask))
                said.append((order, self.forward(input_ids=ids, attention_mask=mask).logits.float()))
            for order, values in said:  # read at the end, so that a device is never waited for in between
                logits[order] = values.cpu().numpy()
        return logits

    def facts(self):
        return self.place.facts({"dropout": "off", "updatedParameters": 0, **(self.tuned or {}), "attention": "sdpa"})
