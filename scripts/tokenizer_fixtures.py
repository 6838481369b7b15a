#!/usr/bin/env python3
"""Makes the fixtures of RoBERTa's byte-level BPE and ALBERT's Unigram: small vocabularies in the classes of transformers, and what these
give for a list of texts and pairs.

    python3 scripts/tokenizer_fixtures.py test/fixtures/models

Writes tokenizer-byte-level/ and tokenizer-albert/, each with tokenizer.json, tokenizer_config.json and cases.json. Needs tokenizers and
transformers.
"""

import json
import sys
from pathlib import Path

from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers
from transformers import AlbertTokenizer, RobertaTokenizer

LINES = [
    "The film is a quiet triumph, and nobody saw it coming.",
    "It is not bad at all; it isn't good either.",
    "Nobody asked for a sequel, yet here we are, 2 years later.",
    "Their café on the corner closes at noon on Sundays.",
    "What a waste of a fine cast and a great score!",
    "She laughed, he cried, and the credits rolled before we knew.",
]
TEXTS = ["The film is not bad.", "", "  two  spaces ", "Café naïve: 3.14 < 4", "emoji 😀 and 漢字", "nobody's sequel\nnew line", "<mask> and </s> [MASK]", "UPPER lower", "``quoted'' \"text\""]
PAIRS = [("The film is bad.", "Nobody saw it."), ("a", ""), ("What a great score!", "Their café, on Sundays?")]


def roberta():
    trained = Tokenizer(models.BPE())
    trained.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    trained.decoder = decoders.ByteLevel()
    special = ["<s>", "<pad>", "</s>", "<unk>"]
    trained.train_from_iterator(LINES, trainers.BpeTrainer(vocab_size=340, special_tokens=special, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False))
    model = json.loads(trained.to_str())["model"]
    vocabulary = {**model["vocab"], "<mask>": len(model["vocab"])}
    return RobertaTokenizer(vocab=vocabulary, merges=[tuple(merge) for merge in model["merges"]])


def albert():
    trained = Tokenizer(models.Unigram())
    trained.normalizer = normalizers.Sequence([normalizers.NFKD(), normalizers.StripAccents(), normalizers.Lowercase()])
    trained.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace()])
    special = ["<pad>", "<unk>", "[CLS]", "[SEP]", "[MASK]"]
    trained.train_from_iterator(LINES, trainers.UnigramTrainer(vocab_size=120, special_tokens=special, unk_token="<unk>", show_progress=False))
    return AlbertTokenizer(vocab=[tuple(entry) for entry in json.loads(trained.to_str())["model"]["vocab"]])


def case(tokenizer, text, pair=None, truncation=None):
    backend = tokenizer.backend_tokenizer
    backend.no_padding()
    backend.no_truncation()
    if truncation is not None:
        backend.enable_truncation(max_length=truncation, strategy="longest_first")
    encoding = backend.encode(text, pair)
    backend.no_truncation()
    return {
        "text": text,
        **({} if pair is None else {"pair": pair}),
        **({} if truncation is None else {"truncation": {"max_length": truncation, "strategy": "longest_first"}}),
        "ids": encoding.ids,
        "type_ids": encoding.type_ids,
        "attention_mask": encoding.attention_mask,
        "special_tokens_mask": encoding.special_tokens_mask,
        "offsets": [place for pair in encoding.offsets for place in pair],
        "tokens": encoding.tokens,
        "decoded": backend.decode(encoding.ids, skip_special_tokens=True),
    }


def batch(tokenizer):
    encoded = tokenizer(*map(list, zip(*PAIRS)), padding=True)
    return {"padding": {"direction": "right", "pad_id": tokenizer.pad_token_id}, "pairs": PAIRS, "rows": [{"ids": ids, "attention_mask": mask} for ids, mask in zip(encoded["input_ids"], encoded["attention_mask"])]}


def write(root, name, tokenizer, note):
    folder = root / name
    tokenizer.save_pretrained(folder)
    singles = [case(tokenizer, text) for text in TEXTS] + [case(tokenizer, *pair) for pair in PAIRS]
    # Versions of the library part an odd number of places between the texts in their own ways: an even one is left to them.
    frame = len(tokenizer.backend_tokenizer.encode("", "").ids)
    cuts = [case(tokenizer, *PAIRS[2], truncation=frame + places) for places in (2, 4, 8)]
    cases = {"family": name, "kind": "tokenizer", "tokenizer": f"{name}/tokenizer.json", "note": note, "single": singles, "truncation": cuts, "batches": [batch(tokenizer)]}
    (folder / "cases.json").write_text(json.dumps(cases, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def main():
    root = Path(sys.argv[1])
    write(root, "tokenizer-byte-level", roberta(), "RobertaTokenizer of transformers over a byte-level BPE: types are 0 throughout, two separators between the texts of a pair")
    write(root, "tokenizer-albert", albert(), "AlbertTokenizer of transformers over a Unigram model: lower-cased, accents stripped, types 0 and 1")


if __name__ == "__main__":
    main()
