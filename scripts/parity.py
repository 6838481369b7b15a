#!/usr/bin/env python3
"""Checks what the toolkit wrote with the Python libraries it is meant for.

    python3 scripts/parity.py FOLDER [--text FILE] [--tolerance X]

FOLDER is one of three, told apart by what lies in it.

parity.json: a saved student. Loads the folder with transformers (every weight name must be known and none missing), computes the
logits of the texts in its parity.json (a masked-LM model: those of the first token; a bare encoder: its last state) and compares them
with those the toolkit stored there when it saved the student:

    { "texts": [string], "pairs": [string] | null, "logits": [[number]], "maxTokens": integer, "precision": "fp32" | "bf16" }

A translator's parity.json holds token ids:

    { "texts": [string] | null, "sources": [[id]], "fed": [[id]], "logits": [[number]], "translations": [[id]], "precision": ... }

Its logits are those after the last token that the decoder was fed; `generate`, left to generation_config.json, must write the same
translations (of logits in bf16 it need not), and the tokenizer, where there are texts, give the same sources.

Where onnxruntime is installed, onnx/model.onnx is held to the same numbers. --text adds lines of your own (a tab separates the two
texts of a pair), on which PyTorch and ONNX are compared with each other. A difference may reach tolerance * max(1, largest logit);
the tolerance is 1e-4, and 2e-2 for stored logits that were computed in bf16.

header.json: a label store. pyarrow and datasets open every shard, and rows, ids, checksums, and the columns with their types are
those of the header.

events.jsonl: a run. TensorBoard's own reader loads tensorboard/, and every scalar of every step is that of the run log, once.

Exit code: 0 all checks passed, 1 one failed, 2 could not be run.
"""

import argparse
import hashlib
import importlib
import json
import struct
import sys
from pathlib import Path

BATCH = 32
TOLERANCES = {"fp32": 1e-4, "bf16": 2e-2}


def require(*names):
    """Imports libraries by name, or says how to get them."""
    try:
        return [importlib.import_module(name) for name in names]
    except ImportError as error:
        packages = " ".join(sorted({name.split(".")[0] for name in names}))
        raise Unusable(f"{error}. Install what this check needs with: {sys.executable} -m pip install {packages}") from error


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
        (numpy,) = require("numpy")
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
    (numpy,) = require("numpy")
    try:
        stored = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise Unusable(f"{path} is missing: save the student again with a toolkit that writes it") from error
    except ValueError as error:
        raise Unusable(f"{path} is not JSON: {error}") from error
    absent = [key for key in ("texts", "pairs", "logits", "maxTokens", "precision") if not isinstance(stored, dict) or key not in stored]
    if absent:
        raise Unusable(f"{path} lacks {', '.join(absent)}")
    texts, pairs = stored["texts"], stored["pairs"]
    if not texts or len(stored["logits"]) != len(texts) or (pairs is not None and len(pairs) != len(texts)):
        raise Unusable(f"{path}: texts, pairs and logits must be equally many, and at least one")
    if stored["precision"] not in TOLERANCES:
        raise Unusable(f"{path}: precision is {stored['precision']!r}, expected one of {', '.join(TOLERANCES)}")
    return texts, pairs, numpy.asarray(stored["logits"], dtype=numpy.float64), int(stored["maxTokens"]), TOLERANCES[stored["precision"]]


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
    numpy, torch = require("numpy", "torch")
    with torch.no_grad():
        return numpy.concatenate([said(model(**batch)).numpy() for batch in batches(tokenizer, texts, pairs, max_tokens)])


def said(output):
    """Class logits; the first token's logits or state where there are some for every token."""
    values = output.logits if "logits" in output else output.last_hidden_state
    return values if values.ndim == 2 else values[:, 0]


def model_class(transformers, folder):
    """The class that loads what the folder says it holds."""
    architecture = (read_json(folder / "config.json").get("architectures") or [""])[0]
    if architecture.endswith("ForMaskedLM"):
        return transformers.AutoModelForMaskedLM
    return transformers.AutoModel if architecture.endswith("Model") else transformers.AutoModelForSequenceClassification


def onnx_logits(session, tokenizer, texts, pairs, max_tokens):
    numpy, torch = require("numpy", "torch")
    names = [entry.name for entry in session.get_inputs()]
    # Tokenisers may leave out the types of a single text; they are then all 0, in PyTorch too.
    feeds = ({name: batch.get(name, torch.zeros_like(batch["input_ids"])).numpy() for name in names} for batch in batches(tokenizer, texts, pairs, max_tokens))
    return numpy.concatenate([session.run(["logits"], feed)[0] for feed in feeds])


def open_onnx(folder, report):
    path = folder / "onnx" / "model.onnx"
    if not path.exists():
        return report.skip("onnx", f"{path} does not exist")
    try:
        import onnxruntime
    except ImportError:
        return report.skip("onnx", f"onnxruntime is absent: {sys.executable} -m pip install onnxruntime")
    return onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])


def check_student(folder, report, text, tolerance):
    numpy, _, transformers = require("numpy", "torch", "transformers")
    transformers.utils.logging.set_verbosity_error()  # what it would warn of, the check of the names reports
    transformers.utils.logging.disable_progress_bar()
    texts, pairs, expected, max_tokens, usual = read_parity(folder / "parity.json")
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder, local_files_only=True)
    model = load_checked(model_class(transformers, folder), folder, report)

    stored = usual if tolerance is None else tolerance
    report.compare("transformers, stored logits", torch_logits(model, tokenizer, texts, pairs, max_tokens), expected, stored)
    session = open_onnx(folder, report)
    if session is not None:
        report.compare("onnxruntime, stored logits", onnx_logits(session, tokenizer, texts, pairs, max_tokens), expected, stored)
    if text is not None:
        own = (tokenizer, *read_lines(text), max_tokens)
        if session is None:
            report.skip(f"onnxruntime, {text.name}", "there is no ONNX session to compare PyTorch with")
        else:
            expected = torch_logits(model, *own).astype(numpy.float64)
            report.compare(f"onnxruntime, {text.name}", onnx_logits(session, *own), expected, TOLERANCES["fp32"] if tolerance is None else tolerance)


def load_checked(kind, folder, report):
    """The model, float32; every weight name must be known and none missing."""
    model, loading = kind.from_pretrained(folder, local_files_only=True, output_loading_info=True, ignore_mismatched_sizes=True)
    wrong = {kind: sorted(map(str, loading[f"{kind}_keys"])) for kind in ("missing", "unexpected", "mismatched")}
    shown = "; ".join(f"{kind}: {', '.join(names[:5])}{' ...' if names[5:] else ''}" for kind, names in wrong.items() if names)
    report.line(not shown, "names", shown or f"all {len(model.state_dict())} weights are known")
    return model.float().eval()


def check_translator(folder, stored, report, tolerance):
    numpy, torch, transformers = require("numpy", "torch", "transformers")
    transformers.utils.logging.set_verbosity_error()
    transformers.utils.logging.disable_progress_bar()
    model = load_checked(transformers.AutoModelForSeq2SeqLM, folder, report)
    if stored["texts"] is not None:
        tokenizer = transformers.AutoTokenizer.from_pretrained(folder, local_files_only=True)
        wrong = [text for text, ids in zip(stored["texts"], stored["sources"]) if tokenizer(text)["input_ids"] != ids]
        report.line(not wrong, "tokenizer", f"{len(wrong)} of {len(stored['texts'])} texts have other ids" + (f", the first {wrong[0]!r}" if wrong else ""))
    # transformers 5 gives a T5's cache as many layers as its encoder has: too few where the decoder has more.
    cached = getattr(model.config, "num_decoder_layers", 0) <= model.config.num_hidden_layers
    logits, same = [], 0
    with torch.no_grad():
        for source, fed, translation in zip(stored["sources"], stored["fed"], stored["translations"]):
            ids = torch.tensor([source])
            logits.append(model(input_ids=ids, decoder_input_ids=torch.tensor([fed])).logits[0, -1].numpy())
            same += model.generate(input_ids=ids, use_cache=cached)[0, 1:].tolist() == translation
    usual = TOLERANCES[stored["precision"]]
    report.compare("transformers, stored logits", numpy.stack(logits), numpy.asarray(stored["logits"], dtype=numpy.float64), usual if tolerance is None else tolerance)
    count = len(stored["sources"])
    report.line(same == count or stored["precision"] != "fp32", "transformers, generate", f"the same translation of {same} of {count} sources")


def label_columns(header):
    """Names and Arrow types of a label store's columns, in order."""
    import pyarrow

    half = None if header["states"] is None else pyarrow.list_(pyarrow.field("item", pyarrow.float16(), nullable=False), header["states"]["width"])
    wants = header["wants"]
    return [
        ("id", pyarrow.string()),
        ("logits", pyarrow.list_(pyarrow.field("item", pyarrow.float32(), nullable=False), len(header["source"]["labels"]))),
        *([("pooled", half)] if wants.get("pooled") else []),
        *((f"cls_{layer}", half) for layer in wants.get("cls", [])),
        *((f"hidden_{layer}", pyarrow.list_(pyarrow.field("item", half, nullable=False))) for layer in wants.get("hidden", [])),
    ]


def check_labels(folder, report):
    pyarrow, ipc, datasets = require("pyarrow", "pyarrow.ipc", "datasets")
    datasets.disable_progress_bars()
    header = read_json(folder / "header.json")
    expected = label_columns(header)
    ids = []
    for shard in header["shards"]:
        path = folder / shard["file"]
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        with pyarrow.memory_map(str(path)) as source:
            table = ipc.open_stream(source).read_all()
        table.validate(full=True)
        columns = [(field.name, field.type) for field in table.schema]
        fits = table.num_rows == shard["rows"] and columns == expected and all(column.null_count == 0 for column in table.columns)
        shown = ", ".join(f"{name}: {kind}" for name, kind in columns[1:])
        report.line(fits and digest == shard["sha256"], f"pyarrow, {shard['file']}", f"{table.num_rows} rows of {shown}; sha-256 {'as in the header' if digest == shard['sha256'] else 'is another'}")
        opened = datasets.Dataset.from_file(str(path))
        same = opened.column_names == table.column_names and all(repr(opened[name][:]) == repr(table.column(name).to_pylist()) for name in opened.column_names)
        report.line(same, f"datasets, {shard['file']}", f"{opened.num_rows} rows, columns {', '.join(opened.column_names)}")
        ids += table.column("id").to_pylist()
    said = header["examples"] - header["silent"]
    report.line(len(ids) == said and len(set(ids)) == len(ids), "ids", f"{len(set(ids))} different ids of {header['examples']} examples, {header['silent']} without an answer")


def logged_scalars(folder):
    """What the run log says of each training: tag -> {step: value}, without the steps that a resumed run did again."""
    runs = {}
    for line in (folder / "events.jsonl").read_text(encoding="utf-8").splitlines():
        try:
            event = json.loads(line)
        except ValueError:
            continue  # what a kill tore; nothing follows it
        scalars = runs.setdefault(event["run"], {})
        if event["kind"] == "start":
            for values in scalars.values():
                for step in [step for step in values if step > event.get("resumedAt", -1)]:
                    del values[step]
        for tag, value in tags_of(event):
            scalars.setdefault(tag, {})[event["step"]] = float("nan") if value is None else value
    return runs


def tags_of(event):
    if event["kind"] == "evaluation":
        return [(f"scores/{name}", value) for name, value in event["scores"].items()]
    if event["kind"] != "step":
        return []
    memories = [(f"memory/{place}{moment}_bytes", event[name][f"{moment}Bytes"]) for name, place in (("memory", ""), ("deviceMemory", "device_")) if name in event for moment in ("now", "peak")]
    return [
        ("loss", event["loss"]),
        *((f"loss/{name}", value) for name, value in event["parts"].items()),
        ("optimizer/learning_rate", event["learningRate"]),
        ("optimizer/gradient_norm", event["gradientNorm"]),
        ("progress/epoch", event["epoch"]),
        ("rates/examples_per_second", event["examplesPerSecond"]),
        ("rates/tokens_per_second", event["tokensPerSecond"]),
        *memories,
    ]


def check_tensorboard(folder, report):
    (accumulators,) = require("tensorboard.backend.event_processing.event_accumulator")
    for run, logged in logged_scalars(folder).items():
        path = folder / "tensorboard" / run
        if not path.is_dir():
            report.line(False, f"TensorBoard, {run}", f"{path} does not exist")
            continue
        accumulator = accumulators.EventAccumulator(str(path), size_guidance={accumulators.SCALARS: 0, accumulators.TENSORS: 0})
        accumulator.Reload()
        shown = {tag: [(event.step, event.value) for event in accumulator.Scalars(tag)] for tag in accumulator.Tags()["scalars"]}
        # TensorBoard keeps scalars as float32.
        expected = {tag: [(step, rounded(value)) for step, value in values.items()] for tag, values in logged.items() if values}
        wrong = sorted(tag for tag in shown.keys() | expected.keys() if repr(shown.get(tag)) != repr(expected.get(tag)))
        points = sum(len(values) for values in expected.values())
        files = len(list(path.iterdir()))
        report.line(not wrong, f"TensorBoard, {run}", f"other than the log: {', '.join(wrong)}" if wrong else f"{points} points of {len(expected)} curves in {files} files")
        texts = [event.tensor_proto.string_val[0].decode() for event in accumulator.Tensors("settings")] if "settings" in accumulator.Tags()["tensors"] else []
        report.line(bool(texts) and texts[-1].startswith("| setting | value |"), f"settings, {run}", f"{len(texts[-1].splitlines()) - 2 if texts else 0} settings")


def rounded(value):
    return struct.unpack("<f", struct.pack("<f", value))[0]


def read_json(path):
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise Unusable(f"{path} is not JSON: {error}") from error


def check(folder, text, tolerance):
    report = Report()
    if (folder / "parity.json").exists():
        stored = read_json(folder / "parity.json")
        if isinstance(stored, dict) and "translations" in stored:
            check_translator(folder, stored, report, tolerance)
        else:
            check_student(folder, report, text, tolerance)
    elif (folder / "header.json").exists():
        check_labels(folder, report)
    elif (folder / "events.jsonl").exists():
        check_tensorboard(folder, report)
    else:
        raise Unusable(f"{folder} holds neither parity.json (a student), header.json (labels) nor events.jsonl (a run)")
    return 1 if report.failed else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", metavar="FOLDER", type=Path)
    parser.add_argument("--text", metavar="FILE", type=Path)
    parser.add_argument("--tolerance", type=float)
    options = parser.parse_args()
    try:
        return check(options.folder.resolve(), options.text, options.tolerance)
    except (Unusable, OSError) as error:
        print(f"parity.py: {error}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
