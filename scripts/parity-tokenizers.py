#!/usr/bin/env python3
"""Loads the tokenizers that scripts/parity-tokenizers.ts saved with AutoTokenizer of transformers, and compares ids of special tokens, of
every source and of every translation, and the texts these decode to, with those in FOLDER/tokenizers.json.

    python3 scripts/parity-tokenizers.py FOLDER

Needs transformers, and sentencepiece for OPUS-MT folders. Exit code: 0 all equal, 1 one differs, 2 wrong use.
"""

import json
import sys
from pathlib import Path

from transformers import AutoTokenizer


def main(folder):
    tokenizer = AutoTokenizer.from_pretrained(folder)
    stored = json.loads((Path(folder) / "tokenizers.json").read_text(encoding="utf-8"))
    specials = {"pad": tokenizer.pad_token_id, "eos": tokenizer.eos_token_id, "unk": tokenizer.unk_token_id}
    failed = specials != stored["specials"]
    print(f"{'FAILED' if failed else 'ok    '}  {type(tokenizer).__name__}: special tokens {specials}, stored {stored['specials']}")
    for side, keyword in (("source", "text"), ("target", "text_target")):
        rows = stored[side]
        ids = [tokenizer(**{keyword: row["text"]}, truncation=True, max_length=stored["maxTokens"]) for row in rows]
        inputs = sorted({name for one in ids for name in one})
        wrong_ids = [row["text"] for row, one in zip(rows, ids) if one["input_ids"] != row["ids"]]
        wrong_texts = [row["text"] for row in rows if tokenizer.decode(row["ids"], skip_special_tokens=True) != row["decoded"]]
        bad = bool(wrong_ids or wrong_texts or "token_type_ids" in inputs)
        failed |= bad
        print(f"{'FAILED' if bad else 'ok    '}  {side}: {len(rows)} texts, {len(wrong_ids)} differ in ids, {len(wrong_texts)} in what is decoded; {inputs}")
        for text in (wrong_ids + wrong_texts)[:5]:
            print(f"        {text!r}")
    return int(failed)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        print(__doc__, file=sys.stderr)
        sys.exit(2)
    sys.exit(main(sys.argv[1]))
