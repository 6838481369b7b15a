"""Writes test/decode/table.json: what transformers' generate() gives for a decoder whose logits are a table's.

    python scripts/decode-reference.py > test/decode/table.json

The next token's logits are source[s] + last[a] + before[b] for the source s, the last token a and the one before it b (none at the
first step). So any decoder can be driven by three small tables, and the search is all that is compared.
"""
import json
import sys

import torch
import transformers
from transformers import GenerationMixin, PretrainedConfig, PreTrainedModel
from transformers.modeling_outputs import BaseModelOutput, Seq2SeqLMOutput

VOCABULARY, SOURCES, START, EOS = 20, 4, 0, 1
random = torch.Generator().manual_seed(8)


def table(rows: int, scale: float) -> list[list[float]]:
    return [[round(x, 4) for x in row] for row in (torch.randn(rows, VOCABULARY, generator=random) * scale).tolist()]


tables = {"source": table(SOURCES, 0.7), "last": table(VOCABULARY, 1.3), "before": table(VOCABULARY, 0.8)}
for row in tables["last"]:
    row[EOS] = round(row[EOS] + 0.9, 4)


class TableConfig(PretrainedConfig):
    model_type = "table"


class Encoder(torch.nn.Module):
    main_input_name = "input_ids"

    def forward(self, input_ids, **_):
        return BaseModelOutput(last_hidden_state=input_ids[:, :1, None].float())


class TableModel(PreTrainedModel, GenerationMixin):
    config_class = TableConfig
    main_input_name = "input_ids"

    def __init__(self, config):
        super().__init__(config)
        self.encoder = Encoder()
        self.anchor = torch.nn.Parameter(torch.zeros(1))
        for name, rows in tables.items():
            self.register_buffer(name, torch.tensor(rows), persistent=False)
        self.post_init()

    def get_encoder(self, *_, **__):
        return self.encoder

    def prepare_inputs_for_generation(self, input_ids, encoder_outputs=None, **_):
        return {"decoder_input_ids": input_ids, "encoder_outputs": encoder_outputs}

    def forward(self, decoder_input_ids=None, encoder_outputs=None, **_):
        sources = encoder_outputs.last_hidden_state[:, 0, 0].long()
        logits = self.source[sources] + self.last[decoder_input_ids[:, -1]]
        if decoder_input_ids.shape[1] > 1:
            logits = logits + self.before[decoder_input_ids[:, -2]]
        return Seq2SeqLMOutput(logits=logits[:, None])


config = TableConfig(is_encoder_decoder=True, decoder_start_token_id=START, eos_token_id=EOS, pad_token_id=START, vocab_size=VOCABULARY)
model = TableModel(config).eval()
for name, rows in tables.items():
    setattr(model, name, torch.tensor(rows))

cases: dict[str, dict] = {"greedy": {}, "greedy-short": {"max_new_tokens": 3}}
for beams in (2, 5):
    for penalty in (0.0, 0.6, 1.0, 2.0, -1.0):
        for stopping in (True, False, "never"):
            cases[f"beam-{beams}-penalty-{penalty}-{stopping}"] = {"num_beams": beams, "num_return_sequences": beams, "length_penalty": penalty, "early_stopping": stopping}
special = {
    "best-2-of-4": {"num_return_sequences": 2},
    "short": {"max_new_tokens": 3},
    "one-token": {"max_new_tokens": 1},
    "no-repeat-1": {"no_repeat_ngram_size": 1, "max_new_tokens": 9},
    "no-repeat-2": {"no_repeat_ngram_size": 2, "min_new_tokens": 9},
    "no-repeat-3": {"no_repeat_ngram_size": 3, "min_new_tokens": 12},
    "repetition-1.4": {"repetition_penalty": 1.4, "min_new_tokens": 6},
    "repetition-0.8": {"repetition_penalty": 0.8},
    "min-new-tokens": {"min_new_tokens": 7},
    "min-length": {"min_length": 6},
    "bad-words": {"bad_words_ids": [[7], [9, 4], [4, 4], [13, 2, 5], [0, 11], [1]], "min_new_tokens": 5},
    "suppress": {"suppress_tokens": [3, 5, 18], "min_new_tokens": 4},
    "begin-suppress": {"begin_suppress_tokens": [1, 2, 12, 15]},
    "forced-bos": {"forced_bos_token_id": 6, "begin_suppress_tokens": [1, 8]},
    "forced-eos": {"forced_eos_token_id": 1, "max_new_tokens": 6, "min_new_tokens": 4},
    "renormalised": {"renormalize_logits": True, "suppress_tokens": [3, 5, 18], "no_repeat_ngram_size": 2, "min_new_tokens": 4},
    "two-ends": {"eos_token_id": [1, 6]},
    "together": {"no_repeat_ngram_size": 2, "repetition_penalty": 1.2, "length_penalty": 0.8, "early_stopping": True, "min_new_tokens": 5, "forced_eos_token_id": 1, "max_new_tokens": 8},
}
for name, options in special.items():
    cases[f"beam-4-{name}"] = {"num_beams": 4, "num_return_sequences": 4, **options}
    if name != "best-2-of-4":
        cases[f"greedy-{name}"] = options

sources = torch.arange(SOURCES)[:, None]
rows = []
for name, given in cases.items():
    options = {"max_new_tokens": 14, **given}
    ends = options.get("eos_token_id", EOS)
    ends = ends if isinstance(ends, list) else [ends]
    out = model.generate(input_ids=sources, use_cache=False, do_sample=False, return_dict_in_generate=True, output_scores=True, **options)
    count = options.get("num_return_sequences", 1)
    beams = out.beam_indices if hasattr(out, "beam_indices") else None
    scores = model.compute_transition_scores(out.sequences, out.scores, beams)
    groups = []
    for source in range(SOURCES):
        group = []
        for i in range(source * count, (source + 1) * count):
            tokens = out.sequences[i, 1:].tolist()
            length = next((at + 1 for at, token in enumerate(tokens) if token in ends), len(tokens))
            entry = {"tokens": tokens[:length]}
            if i == source * count:
                entry["token_scores"] = [round(x, 5) for x in scores[i, :length].tolist()]
            if beams is not None:
                entry["score"] = round(float(out.sequences_scores[i]), 5)
            group.append(entry)
        groups.append(group)
    rows.append({"case": name, "options": options, "expected": groups})

what = f"transformers {transformers.__version__}, torch {torch.__version__}; scripts/decode-reference.py"
json.dump({"made_by": what, "start": START, "eos": EOS, "tables": tables, "cases": rows}, sys.stdout, separators=(",", ":"))
