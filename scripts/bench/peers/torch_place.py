"""Where and how PyTorch computes: device, threads, precision, and torch.compile if it is asked for."""

import contextlib

import torch
import transformers


class Place:
    def __init__(self, order, compiled):
        self.device = torch.device(order["device"])
        self.half = order["precision"] == "bf16"
        self.threads = order["threads"]
        self.compiled = compiled
        torch.set_num_threads(self.threads)
        if self.device.type == "cuda":
            torch.cuda.set_device(self.device)

    def precision(self):
        """The context a forward pass runs in."""
        return torch.autocast(self.device.type, torch.bfloat16) if self.half else contextlib.nullcontext()

    def compile(self, function, dynamic=None):
        return torch.compile(function, dynamic=dynamic) if self.compiled else function

    def put(self, tensor):
        return tensor.to(self.device, non_blocking=True)

    def wait(self):
        if self.device.type == "cuda":
            torch.cuda.synchronize(self.device)

    def facts(self, settings):
        """What stands in the row of this side."""
        versions = {"torch": torch.__version__, "transformers": transformers.__version__}
        memory = {"peakDeviceMB": torch.cuda.max_memory_allocated(self.device) / 1e6} if self.device.type == "cuda" else {}
        return {
            "device": str(self.device),
            "precision": "bf16" if self.half else "fp32",
            "threads": torch.get_num_threads(),
            "settings": {"versions": versions, "compiled": self.compiled, **settings, **memory},
        }
