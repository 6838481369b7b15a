#!/usr/bin/env python3
"""Checks a saved student with the Python libraries it is meant for.

    python3 scripts/parity.py STUDENT_FOLDER [--text FILE] [--tolerance 1e-4]

Loads the folder with transformers (every weight name must be known and none missing), computes the logits of the texts in its
parity.json and compares them with those the toolkit stored there when it saved the student:

    { "texts": [string], "pairs": [string] | null, "logits": [[number]], "maxTokens": integer }

Where onnxruntime is installed, onnx/model.onnx is held to the same numbers. --text adds lines of your own (a tab separates the two
texts of a pair), on which PyTorch and ONNX are compared with each other. A difference may reach tolerance * max(1, largest logit).
Exit code: 0 all checks passed, 1 one failed, 2 could not be run.
"""

import argparse
import json
import sys
from pathlib import Path

BATCH = 32

try:
    import numpy
    import torch
    from transformers import AutoModelForSequenceClassification, AutoTokenizer
    from transformers.utils import logging as transformers_logging
except ImportError as error:
    print(f"parity.py: {error}. Install what it needs with:", file=sys.stderr)
    print(f"  {sys.executable} -m pip install torch transformers onnxruntime", file=sys.stderr)
    sys.exit(2)

try:
    import onnxruntime
except ImportError:
    onnxruntime = None


class Unusable(Exception):
    """The input does not allow a check: reported in one line, exit code 2."""


class Report:
    """Prints one line per check and remembers whether any failed."""

    def __init__(self):
        self.failed = False

    def line(self, passed, name, detail):
        self.failed |= not passed
        print(f"{'ok    ' if passed else 'FAILED'}  {name:<32} {detail}", flush=True)

    def skip(self, name, reason):
        print(f"skipped {name:<32} {reason}", flush=True)

    def compare(self, name, got, expected, tolerance):
        if got.shape != expected.shape:
            return self.line(False, name, f"shape {list(got.shape)}, expected {list(expected.shape)}")
        bound = tolerance * max(1.0, float(numpy.abs(expected).max()))
        difference = numpy.abs(got.astype(numpy.float64) - expected)
        largest = float(difference.max())  # NaN stays NaN, and no NaN is <= bound
        row = int(numpy.argmax(numpy.nan_to_num(difference, nan=numpy.inf).max(axis=1)))
        agreement = float((got.argmax(1) == expected.argmax(1)).mean())
        detail = f"largest difference {largest:.3g} (bound {bound:.3g}, text {row}), same class {agreement:.4f} of {len(got)}"
        self.line(largest <= bound, name, detail)


def read_parity(path):
    try:
        stored = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise Unusable(f"{path} is missing: save the student again with a toolkit that writes it") from error
    except ValueError as error:
        raise Unusable(f"{path} is not JSON: {error}") from error
    absent = [key for key in ("texts", "pairs", "logits", "maxTokens") if not isinstance(stored, dict) or key not in stored]
    if absent:
        raise Unusable(f"{path} lacks {', '.join(absent)}")
    texts, pairs = stored["texts"], stored["pairs"]
    if not texts or len(stored["logits"]) != len(texts) or (pairs is not None and len(pairs) != len(texts)):
        raise Unusable(f"{path}: texts, pairs and logits must be equally many, and at least one")
    return texts, pairs, numpy.asarray(stored["logits"], dtype=numpy.float64), int(stored["maxTokens"])


def read_lines(path):
    """Texts and pairs of a file; either every line has one tab or none has."""
    lines = [line for line in path.read_text(encoding="utf-8-sig").splitlines() if line.strip()]
    tabs = {line.count("\t") for line in lines}
    if tabs == {0}:
        return lines, None
    if tabs == {1}:
        texts, pairs = zip(*(line.split("\t") for line in lines))
        return list(texts), list(pairs)
    raise Unusable(f"{path}: expected one text per line, or two with a tab between them, on every line")


def batches(tokenizer, texts, pairs, max_tokens):
    for start in range(0, len(texts), BATCH):
        second = None if pairs is None else pairs[start : start + BATCH]
        yield tokenizer(texts[start : start + BATCH], second, padding=True, truncation=True, max_length=max_tokens, return_tensors="pt")


def torch_logits(model, tokenizer, texts, pairs, max_tokens):
    with torch.no_grad():
        return numpy.concatenate([model(**batch).logits.numpy() for batch in batches(tokenizer, texts, pairs, max_tokens)])


def onnx_logits(session, tokenizer, texts, pairs, max_tokens):
    names = [entry.name for entry in session.get_inputs()]
    # Tokenisers may leave out the types of a single text; they are then all 0, in PyTorch too.
    feeds = ({name: batch.get(name, torch.zeros_like(batch["input_ids"])).numpy() for name in names} for batch in batches(tokenizer, texts, pairs, max_tokens))
    return numpy.concatenate([session.run(["logits"], feed)[0] for feed in feeds])


def open_onnx(folder, report):
    path = folder / "onnx" / "model.onnx"
    if not path.exists():
        return report.skip("onnx", f"{path} does not exist")
    if onnxruntime is None:
        return report.skip("onnx", f"onnxruntime is absent: {sys.executable} -m pip install onnxruntime")
    return onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])


def check(folder, text, tolerance):
    report = Report()
    texts, pairs, expected, max_tokens = read_parity(folder / "parity.json")
    tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
    model, loading = AutoModelForSequenceClassification.from_pretrained(
        folder, local_files_only=True, output_loading_info=True, ignore_mismatched_sizes=True
    )
    model = model.float().eval()
    wrong = {kind: sorted(map(str, loading[f"{kind}_keys"])) for kind in ("missing", "unexpected", "mismatched")}
    shown = "; ".join(f"{kind}: {', '.join(names[:5])}{' ...' if names[5:] else ''}" for kind, names in wrong.items() if names)
    report.line(not shown, "names", shown or f"all {len(model.state_dict())} weights are known")

    report.compare("transformers, stored logits", torch_logits(model, tokenizer, texts, pairs, max_tokens), expected, tolerance)
    session = open_onnx(folder, report)
    if session is not None:
        report.compare("onnxruntime, stored logits", onnx_logits(session, tokenizer, texts, pairs, max_tokens), expected, tolerance)
    if text is not None:
        own = (tokenizer, *read_lines(text), max_tokens)
        if session is None:
            report.skip(f"onnxruntime, {text.name}", "there is no ONNX session to compare PyTorch with")
        else:
            expected = torch_logits(model, *own).astype(numpy.float64)
            report.compare(f"onnxruntime, {text.name}", onnx_logits(session, *own), expected, tolerance)
    return 1 if report.failed else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", metavar="STUDENT_FOLDER", type=Path)
    parser.add_argument("--text", metavar="FILE", type=Path)
    parser.add_argument("--tolerance", type=float, default=1e-4)
    options = parser.parse_args()
    transformers_logging.set_verbosity_error()  # what it would warn of, the check of the names reports
    transformers_logging.disable_progress_bar()
    try:
        return check(options.folder.resolve(), options.text, options.tolerance)
    except (Unusable, OSError) as error:
        print(f"parity.py: {error}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
