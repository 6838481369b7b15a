"""Translation in PyTorch: transformers' `generate` on one batch, with its cache of keys and values, in inference mode."""

import contextlib
import json
import time
from pathlib import Path

import torch
from safetensors.numpy import load_file
from transformers import AutoModelForSeq2SeqLM


class Translation:
    def __init__(self, order, place):
        folder = Path(order["folder"])
        case = json.loads((folder / "case.json").read_text(encoding="utf-8"))
        self.place = place
        self.ids = torch.from_numpy(load_file(folder / "sources.safetensors")["ids"]).to(place.device)
        self.model = AutoModelForSeq2SeqLM.from_pretrained(folder / "model", dtype=torch.float32, attn_implementation="sdpa").to(place.device).eval()
        self.asked = {"num_beams": case["beams"], "min_new_tokens": case["tokens"], "max_new_tokens": case["tokens"], "do_sample": False}
        self.cast = False
        self.tuned = order.get("tuned")
        self.parts = [{"name": "batch", "itemsPerStep": len(self.ids)}]

    def check(self):
        """The sum of the log-probabilities of each translation."""
        with torch.inference_mode(), self.context():
            said = self.generate(return_dict_in_generate=True, output_scores=True)
            beams = getattr(said, "beam_indices", None)
            each = self.model.compute_transition_scores(said.sequences, said.scores, beams, normalize_logits=beams is None)
        return each.sum(-1).float().cpu().tolist()

    def prepare(self):
        if self.tuned is None:
            self.tuned = self.choose() if self.place.half else {"castWeights": False}
        if self.tuned["castWeights"]:
            self.cast_weights()
        return self.tuned

    def choose(self):
        """Weights cast once, or within autocast: whichever is faster."""
        tried = {"autocast": self.fastest_of_three()}
        self.cast_weights()
        tried["castWeights"] = self.fastest_of_three()
        return {"castWeights": tried["castWeights"] < tried["autocast"], "triedMs": tried}

    def fastest_of_three(self):
        times = []
        for _ in range(3):
            start = time.perf_counter()
            self.run("batch", 1)
            times.append((time.perf_counter() - start) * 1e3)
        return round(min(times), 1)

    def cast_weights(self):
        self.model.to(torch.bfloat16)
        self.cast = True

    def context(self):
        return contextlib.nullcontext() if self.cast else self.place.precision()

    def run(self, _part, steps):
        with torch.inference_mode(), self.context():
            for _ in range(steps):
                self.generate().cpu()

    def generate(self, **more):
        return self.model.generate(input_ids=self.ids, attention_mask=torch.ones_like(self.ids), **self.asked, **more)

    def facts(self):
        return self.place.facts({"dropout": "off", "updatedParameters": 0, **(self.tuned or {}), "attention": "sdpa", **self.asked})
