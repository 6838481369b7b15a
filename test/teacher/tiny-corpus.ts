/** An encoded corpus for the tiny models of test/models: rows of odd lengths, whose class can be read off their second token. */
import { bits, randomKey } from '../../src/engine/random.ts';
import type { EncodedCorpus } from '../../src/text/encoded-corpus.ts';

/** `rows` examples `<prefix>0`, `<prefix>1`, … of 3 to 9 tokens below 29; the class is the second token modulo 3. */
export function tinyCorpus(rows: number, { prefix = 'e', seed = 1 }: { prefix?: string; seed?: number } = {}): EncodedCorpus {
  const key = randomKey(seed, 'corpus');
  const texts = Array.from({ length: rows }, (_, row) => {
    const inner = Array.from({ length: 1 + (bits(key, 100 * row) % 7) }, (_, i) => 4 + (bits(key, 100 * row + i + 1) % 25));
    return [2, ...inner, 3];
  });
  const ids = Int32Array.from(texts.flat());
  let end = 0;
  return {
    exampleIds: texts.map((_, row) => `${prefix}${row}`),
    ids,
    typeIds: new Int32Array(ids.length),
    offsets: Uint32Array.from([0, ...texts.map((text) => (end += text.length))]),
    labels: { kind: 'single-label', names: ['no', 'perhaps', 'yes'], indices: Int32Array.from(texts, (text) => (text[1] ?? 0) % 3) },
    maxTokens: 13,
    truncated: 0,
    corpus: `corpus ${prefix} ${rows} ${seed}`,
    tokenizer: 'tokenizer',
  };
}

export function withoutLabels(corpus: EncodedCorpus): EncodedCorpus {
  const { labels: _labels, ...rest } = corpus;
  return rest;
}
