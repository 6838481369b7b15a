"""CTranslate2 as a side of the bench: the same weights, converted, in the type named by `--compute-type`."""

import json
import sys
import tempfile
from pathlib import Path

from side_protocol import Absent, serve


class Vocabulary:
    """What the converter asks of a tokenizer; the bench knows ids alone, so that a token is its number."""

    eos_token, unk_token = "</s>", "<unk>"

    def __init__(self, size):
        self.tokens = [self.eos_token, self.unk_token, *(str(id) for id in range(2, size - 1)), "<pad>"]

    def get_vocab(self):
        return {token: id for id, token in enumerate(self.tokens)}


def converted(ctranslate2, folder, target):
    from ctranslate2.converters import TransformersConverter

    size = json.loads((folder / "config.json").read_text(encoding="utf-8"))["vocab_size"]

    class Converter(TransformersConverter):
        def load_tokenizer(self, *_args, **_options):
            return Vocabulary(size)

    Converter(str(folder)).convert(str(target), force=True)
    return Vocabulary(size).tokens


class Translation:
    def __init__(self, order, ctranslate2, compute_type):
        from safetensors.numpy import load_file

        folder = Path(order["folder"])
        case = json.loads((folder / "case.json").read_text(encoding="utf-8"))
        self.version, self.compute_type, self.threads = ctranslate2.__version__, compute_type, order["threads"]
        self.device, _, index = order["device"].partition(":")
        with tempfile.TemporaryDirectory() as target:
            tokens = converted(ctranslate2, folder / "model", target)
            self.translator = ctranslate2.Translator(target, device=self.device, device_index=int(index or 0), compute_type=compute_type, inter_threads=1, intra_threads=self.threads)
        self.sources = [[tokens[id] for id in row] for row in load_file(folder / "sources.safetensors")["ids"].tolist()]
        self.asked = {"beam_size": case["beams"], "min_decoding_length": case["tokens"], "max_decoding_length": case["tokens"]}
        self.tokens = case["tokens"]
        self.parts = [{"name": "batch", "itemsPerStep": len(self.sources)}]

    def check(self):
        """The sum of the log-probabilities of each translation."""
        said = self.translator.translate_batch(self.sources, return_scores=True, length_penalty=0, **self.asked)
        return [result.scores[0] for result in said]

    def prepare(self):
        return {}

    def run(self, _part, steps):
        for _ in range(steps):
            self.translator.translate_batch(self.sources, **self.asked)

    def facts(self):
        return {
            "device": self.device,
            "precision": self.compute_type,
            "threads": self.threads,
            "settings": {"versions": {"ctranslate2": self.version}, "dropout": "off", "updatedParameters": 0, **self.asked},
        }


def open_work(order):
    try:
        import ctranslate2
        import torch  # noqa: F401 -- the converter's
    except ImportError as error:
        raise Absent(f"{sys.executable}: {error} (pip install ctranslate2 torch transformers)") from error
    compute_type = sys.argv[sys.argv.index("--compute-type") + 1]
    device = order["device"].partition(":")[0]
    if compute_type not in ctranslate2.get_supported_compute_types(device):
        raise Absent(f"CTranslate2 {ctranslate2.__version__} does not compute in {compute_type} on this {device}")
    return Translation(order, ctranslate2, compute_type)


serve(open_work)
