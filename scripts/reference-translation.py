"""Trains a translator in PyTorch from a lesson that Retort wrote, so that the two can be held against each other: same start, ids, batches,
rates, optimiser and choice of weights; dropout draws differ. Prints BLEU of the test sentences by sacreBLEU, greedy and by the beam.

    retort run recipes/multi30k-sequence-level.ts --set corpus=FOLDER --set lesson=LESSON
    python scripts/reference-translation.py LESSON [--steps N] [--bf16] [--threads N] [--out FILE.json]
"""
import argparse
import json
import pathlib
import time

import sacrebleu
import torch
from transformers import MarianMTModel, PreTrainedTokenizerFast

parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
parser.add_argument("lesson", type=pathlib.Path)
parser.add_argument("--steps", type=int, help="stop after so many; default: all")
parser.add_argument("--bf16", action="store_true", help="autocast")
parser.add_argument("--threads", type=int, default=2)
parser.add_argument("--test", type=int, help="only the first so many sentences of dev and test")
parser.add_argument("--out", type=pathlib.Path, help="also as JSON, with the losses of the first 50 steps")
options = parser.parse_args()
torch.set_num_threads(options.threads)


def read(name):
    return json.loads((options.lesson / f"{name}.json").read_text())


lesson, train, batches = read("lesson"), read("train"), read("batches")
if lesson["format"] != "retort-translation-lesson-1":
    raise SystemExit(f"{options.lesson}/lesson.json: not a lesson that this script reads")
settings, pad, start = lesson["settings"], lesson["padId"], lesson["startId"]
if lesson["objective"]["name"] not in ("label-smoothing", "seq-kd"):
    raise SystemExit(f"{lesson['objective']['name']} listens to a teacher; here only hard targets are learned")
epsilon = lesson["objective"]["settings"]["epsilon"]
steps = min(options.steps or len(batches), len(batches))
torch.manual_seed(settings["seed"])
model = MarianMTModel.from_pretrained(options.lesson / "model")
tokenizer = PreTrainedTokenizerFast.from_pretrained(options.lesson / "model")
named = dict(model.named_parameters())
decaying = set(lesson["decaying"]) & named.keys()
absent = set(lesson["decaying"]) - named.keys()
if absent:
    raise SystemExit(f"weights that transformers names otherwise: {sorted(absent)[:5]}")
learned = {name: weight for name, weight in named.items() if weight.requires_grad}
groups = [
    {"params": [weight for name, weight in learned.items() if name in decaying], "weight_decay": settings["weightDecay"]},
    {"params": [weight for name, weight in learned.items() if name not in decaying], "weight_decay": 0.0},
]
optimizer = torch.optim.AdamW(groups, lr=0.0, betas=(settings["beta1"], settings["beta2"]), eps=settings["epsilon"])


def padded(rows, fill):
    width = max(map(len, rows))
    return torch.tensor([row + [fill] * (width - len(row)) for row in rows])


def loss_of(rows):
    sources, targets = [train["sources"][row] for row in rows], [train["targets"][row] for row in rows]
    ids, said = padded(sources, pad), padded(targets, -100)
    mask = padded([[1] * len(row) for row in sources], 0)
    fed = padded([[start] + row[:-1] for row in targets], pad)
    with torch.autocast("cpu", dtype=torch.bfloat16, enabled=options.bf16):
        logits = model(input_ids=ids, attention_mask=mask, decoder_input_ids=fed).logits
    return torch.nn.functional.cross_entropy(logits.float().flatten(0, 1), said.flatten(), ignore_index=-100, label_smoothing=epsilon)


@torch.no_grad()
def bleu(split, beams):
    model.eval()
    held = read(split)
    sources, references = held["sources"][: options.test], held["references"][: options.test]
    order = sorted(range(len(sources)), key=lambda row: -len(sources[row]))
    texts = [""] * len(sources)
    for at in range(0, len(order), 64):
        rows = order[at : at + 64]
        own = [sources[row] for row in rows]
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=options.bf16):
            found = model.generate(input_ids=padded(own, pad), attention_mask=padded([[1] * len(row) for row in own], 0), num_beams=beams)
        for row, text in zip(rows, tokenizer.batch_decode(found, skip_special_tokens=True, clean_up_tokenization_spaces=False)):
            texts[row] = text
    model.train()
    metric = sacrebleu.metrics.BLEU()
    return metric.corpus_score(texts, [references]).score, str(metric.get_signature())


began, losses, best = time.time(), [], (-1.0, 0, None)
model.train()
for step in range(1, steps + 1):
    for group in optimizer.param_groups:
        group["lr"] = lesson["learningRates"][step - 1]
    loss = loss_of(batches[step - 1])
    optimizer.zero_grad()
    loss.backward()
    torch.nn.utils.clip_grad_norm_(learned.values(), settings["maxGradientNorm"])
    optimizer.step()
    losses.append(loss.item())
    if step % 100 == 0 or step == steps:
        print(f"step {step} of {steps}: loss {sum(losses[-100:]) / len(losses[-100:]):.4f}, {(time.time() - began) / step:.3f} s a step", flush=True)
    if step == steps or (settings["evaluateEvery"] and step % settings["evaluateEvery"] == 0):
        score, _ = bleu("dev", 1)
        print(f"step {step}: dev BLEU {score:.2f}, greedy", flush=True)
        if score > best[0]:
            best = (score, step, {name: weight.detach().clone() for name, weight in model.state_dict().items()})
minutes = (time.time() - began) / 60
model.load_state_dict(best[2])
scores = {}
for search in lesson["searches"]:
    scores[search["name"]], signature = bleu("test", search["search"]["beams"])
    print(f"test, {search['name']}: BLEU {scores[search['name']]:.2f} ({signature})")
print(f"weights of step {best[1]}; {minutes:.1f} minutes of training, dev included; torch {torch.__version__}")
if options.out:
    options.out.write_text(json.dumps({"bleu": scores, "signature": signature, "bestStep": best[1], "minutes": minutes, "torch": torch.__version__, "losses": losses[:50]}, indent=2) + "\n")
