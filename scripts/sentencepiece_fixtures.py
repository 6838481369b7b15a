#!/usr/bin/env python3
"""Makes the fixtures of sentencepiece models and of an OPUS-MT folder: small models trained on the project's own corpus, and what sentencepiece
and MarianTokenizer of transformers give for a list of texts.

    python3 scripts/sentencepiece_fixtures.py corpora/opinions/sample/train.tsv test/fixtures/storage/sentencepiece

Writes unigram.model, bpe.model and expected.json, and marian/ with source.spm, target.spm, vocab.json, tokenizer_config.json and
expected.json. The other language is the corpus with every word spelled backwards. Needs sentencepiece and transformers.
"""

import json
import random
import sys
import tempfile
from pathlib import Path

import sentencepiece
from transformers import MarianTokenizer

# A table of characters of our own, much smaller than those that come with sentencepiece: tab, no-break space, ligature, full-width letters.
RULES = "9\t20\nA0\t20\nFB01\t66 69\nFF41\t61\nFF42\t62\n2026\t2E 2E 2E\n"
TEXTS = [
    "The plot was clever, but the ending had charm and mistakes in equal measure.",
    "The room never failed to bore me, although the lobby was slightly spotless.",
    "", " ", "  two  spaces ", "a\tb\u00a0c", "ﬁne ａｂ…", "Café naïve: 3.14 < 4", "emoji 😀 and 漢字 ÄÖ", "▁mark a▁b", "<sep> between<sep>words <sep>",
    "one\nline  more", "AAAAAAAAAAAA", "zqxj", "unknown ☃☃ ☃", "the the the", "I have never been so bored.", "!?", "<0x41>",
]
MARIAN = [
    ">>rev<< The plot was clever.", ">>rev<<", ">>no<< The plot.", "a >>rev<< b", "☃", "☃☃", "☃ ☃", "ä ö äö", "x</s> y", "The <unk> plot", ">> no code",
]


def train(lines, prefix, **options):
    rules = Path(prefix + ".tsv")
    rules.write_text(RULES, encoding="utf-8")
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(lines), model_prefix=prefix, normalization_rule_tsv=str(rules), minloglevel=2, num_threads=1, hard_vocab_limit=False, **options
    )
    return sentencepiece.SentencePieceProcessor(model_file=prefix + ".model")


def cases(processor, texts):
    return [{"text": text, "ids": (ids := processor.encode(text)), "pieces": processor.encode(text, out_type=str), "decoded": processor.decode(ids)} for text in texts]


def vocabulary(source, target):
    """As OPUS-MT's: the end first, pieces of both sides in an order of their own, codes, padding last. Some pieces are missing."""
    pieces = sorted({model.id_to_piece(i) for model in (source, target) for i in range(3, model.get_piece_size())})
    random.Random(7).shuffle(pieces)
    kept = [piece for i, piece in enumerate(pieces) if i % 17 != 5]
    return {token: i for i, token in enumerate(["</s>", "<unk>", *kept, "☃", ">>rev<<", "<pad>"])}


def main(corpus, out):
    lines = [line.split("\t")[1] for line in Path(corpus).read_text(encoding="utf-8").splitlines()[1:1501]]
    backwards = [" ".join(word[::-1] for word in line.split(" ")) for line in lines]
    texts = TEXTS + lines[::40]
    root = Path(out)
    (root / "marian").mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        unigram = train(lines, f"{folder}/unigram", model_type="unigram", vocab_size=240, user_defined_symbols=["<sep>"])
        bpe = train(lines, f"{folder}/bpe", model_type="bpe", vocab_size=460, byte_fallback=True, user_defined_symbols=["<sep>"], add_dummy_prefix=False, remove_extra_whitespaces=False)
        source = train(lines, f"{folder}/source", model_type="unigram", vocab_size=240)
        target = train([*backwards, "ä ö äö ßß"], f"{folder}/target", model_type="unigram", vocab_size=240, character_coverage=1.0)
        for name in ("unigram", "bpe"):
            (root / f"{name}.model").write_bytes(Path(f"{folder}/{name}.model").read_bytes())
        for name in ("source", "target"):
            (root / "marian" / f"{name}.spm").write_bytes(Path(f"{folder}/{name}.model").read_bytes())
    (root / "expected.json").write_text(json.dumps({"unigram": cases(unigram, texts), "bpe": cases(bpe, texts)}, ensure_ascii=False, indent=0) + "\n", encoding="utf-8")
    marian = root / "marian"
    (marian / "vocab.json").write_text(json.dumps(vocabulary(source, target), ensure_ascii=False, indent=0) + "\n", encoding="utf-8")
    settings = {"source_lang": "eng", "target_lang": "rev", "unk_token": "<unk>", "eos_token": "</s>", "pad_token": "<pad>", "model_max_length": 512, "separate_vocabs": False, "tokenizer_class": "MarianTokenizer"}
    (marian / "tokenizer_config.json").write_text(json.dumps(settings, indent=2) + "\n", encoding="utf-8")
    tokenizer = MarianTokenizer.from_pretrained(marian)
    sources, targets = texts[:4] + MARIAN + lines[::60], ["", "ä ö äö ßß", "☃", *backwards[::60]]
    expected = {"specials": {"eos": tokenizer.eos_token_id, "pad": tokenizer.pad_token_id, "unk": tokenizer.unk_token_id}}
    for side, rows in (("source", sources), ("target", targets)):
        ids = [tokenizer(text).input_ids if side == "source" else tokenizer(text_target=text).input_ids for text in rows]
        expected[side] = [
            {"text": text, "ids": row, "decoded": tokenizer.decode(row, skip_special_tokens=True), "whole": tokenizer.decode(row)} for text, row in zip(rows, ids)
        ]
    cut = tokenizer(lines[0], truncation=True, max_length=6).input_ids
    expected["cut"] = {"text": lines[0], "maxTokens": 6, "ids": cut}
    (marian / "expected.json").write_text(json.dumps(expected, ensure_ascii=False, indent=0) + "\n", encoding="utf-8")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(*sys.argv[1:])
