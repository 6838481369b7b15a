"""ONNX Runtime as a side of the bench: labelling with the file that our exporter writes."""

import sys
from pathlib import Path

from side_protocol import Absent, serve

UNTUNED_ROWS = 32


class Labelling:
    def __init__(self, order, runtime):
        from safetensors.numpy import load_file

        folder = Path(order["folder"])
        arrays = load_file(folder / "sentences.safetensors")
        self.ids, self.offsets = arrays["ids"], arrays["offsets"]
        self.device = order["device"]
        self.threads = order["threads"]
        options = runtime.SessionOptions()
        options.intra_op_num_threads = self.threads
        options.graph_optimization_level = runtime.GraphOptimizationLevel.ORT_ENABLE_ALL
        provider = "CUDAExecutionProvider" if self.device.startswith("cuda") else "CPUExecutionProvider"
        if provider not in runtime.get_available_providers():
            raise Absent(f"ONNX Runtime {runtime.__version__} has no {provider} here")
        self.session = runtime.InferenceSession(str(folder / "teacher" / "onnx" / "model.onnx"), options, providers=[provider])
        self.inputs = [entry.name for entry in self.session.get_inputs()]
        self.version = runtime.__version__
        self.tuned = order.get("tuned")
        self.rows = self.tuned["rows"] if self.tuned else UNTUNED_ROWS
        self.parts = [{"name": "pass", "itemsPerStep": len(self.offsets) - 1}]

    def check(self):
        return self.one_pass(self.rows).flatten().tolist()

    def prepare(self):
        from sentences import fastest_rows

        if self.tuned is None:
            self.rows, tried = fastest_rows(self.one_pass, len(self.offsets) - 1)
            self.tuned = {"rows": self.rows, "rowsTriedMs": tried}
        return self.tuned

    def run(self, _part, steps):
        for _ in range(steps):
            self.one_pass(self.rows)

    def one_pass(self, rows):
        import numpy
        from sentences import sorted_batches

        logits = numpy.empty((len(self.offsets) - 1, 2), dtype=numpy.float32)
        for order, ids, mask in sorted_batches(self.ids, self.offsets, rows):
            feeds = {"input_ids": ids, "attention_mask": mask, "token_type_ids": numpy.zeros_like(ids)}
            logits[order] = self.session.run(["logits"], {name: feeds[name] for name in self.inputs})[0]
        return logits

    def facts(self):
        return {
            "device": self.device,
            "precision": "fp32",
            "threads": self.threads,
            "settings": {"versions": {"onnxruntime": self.version}, "dropout": "off", "updatedParameters": 0, **(self.tuned or {})},
        }


def open_work(order):
    try:
        import onnxruntime
        import safetensors.numpy  # noqa: F401, read with it
    except ImportError as error:
        raise Absent(f"{sys.executable}: {error} (pip install onnxruntime safetensors)") from error
    return Labelling(order, onnxruntime)


serve(open_work)
