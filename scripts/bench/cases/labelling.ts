/**
 * `label`: the rate at which a BERT of 12x768 labels sentences, longest first. A step is one pass over all of them. How many rows go into
 * a batch is each side's own choice: it tries several before it is timed.
 */
import { join } from 'node:path';
import { z } from 'zod';
import { engineMemory } from '../../../src/engine/engine.ts';
import { randomKey } from '../../../src/engine/random.ts';
import { loadModel } from '../../../src/models/load.ts';
import { writeJson } from '../../../src/storage/json.ts';
import { classLogits } from '../../../src/teacher/label-corpus.ts';
import { type Labeller, modelLabeller } from '../../../src/teacher/labeller.ts';
import type { EncodedCorpus } from '../../../src/text/encoded-corpus.ts';
import type { Part, Settings } from '../protocol.ts';
import type { BenchCase, Work } from './case.ts';
import { encoderConfig, readArrays, writeArrays, writeFreshModel } from './case-folder.ts';
import { corpusOfLengths, drawnLengths, lengthLimits, sentencesOfFile } from './sentences.ts';

const seed = 1;
const untunedRows = 32;

export const labellingCase: BenchCase = {
  what: 'labelling: BERT 12x768 over sentences sorted by length',
  items: 'sentences',
  agreement: 'largest',
  tunes: true,
  write: async (folder, { small, sentences: count, text, tokenizer, onnx }) => {
    const named = small ? { layers: 2, width: 32, heads: 2, vocabulary: 2000 } : { layers: 12, width: 768, heads: 12, vocabulary: 30_522 };
    const key = randomKey(seed, 'sentences');
    const read = text === undefined || tokenizer === undefined ? undefined : await sentencesOfFile(text, { tokenizer, count });
    const { ids, offsets } = read ?? corpusOfLengths(drawnLengths(count, key), { vocabulary: named.vocabulary, key });
    const size = { ...named, vocabulary: Math.max(named.vocabulary, read?.vocabulary ?? 0) };
    await writeFreshModel(join(folder, 'teacher'), encoderConfig({ family: 'bert', task: 'single-label', dropout: 0.1, ...size }), { seed, onnx });
    await writeArrays(join(folder, 'sentences.safetensors'), {
      ids: { shape: [ids.length], data: ids },
      offsets: { shape: [offsets.length], data: Int32Array.from(offsets) },
    });
    await writeJson(join(folder, 'case.json'), { kind: 'label' });
    const lengths = Array.from(offsets.subarray(1), (end, row) => end - (offsets[row] ?? 0));
    return { ...size, sentences: lengths.length, meanTokens: ids.length / lengths.length, longestTokens: Math.max(...lengths), text: read === undefined ? 'drawn' : 'from a file' };
  },
  open: async (folder, { tuned }) => {
    const { ints } = await readArrays(join(folder, 'sentences.safetensors'));
    const [ids, offsets] = [ints('ids'), Uint32Array.from(ints('offsets'))];
    const corpus: EncodedCorpus = {
      exampleIds: Array.from({ length: offsets.length - 1 }, (_, row) => String(row)),
      ids, offsets, typeIds: new Int32Array(ids.length), maxTokens: lengthLimits.most, truncated: 0, corpus: '', tokenizer: '',
    };
    const { model } = await loadModel(join(folder, 'teacher'));
    const labeller = await modelLabeller(model); // once: it takes the fingerprint of every weight
    return new LabellingWork(labeller, corpus, tuned === undefined ? undefined : tunedRows.parse(tuned));
  },
};

const tunedRows = z.strictObject({ rows: z.int().positive(), rowsTriedMs: z.record(z.string(), z.number()) });

class LabellingWork implements Work {
  readonly parts: readonly Part[];
  readonly #labeller: Labeller;
  readonly #corpus: EncodedCorpus;
  #tuned: z.infer<typeof tunedRows> | undefined;

  constructor(labeller: Labeller, corpus: EncodedCorpus, tuned: z.infer<typeof tunedRows> | undefined) {
    this.parts = [{ name: 'pass', itemsPerStep: corpus.exampleIds.length }];
    this.#labeller = labeller;
    this.#corpus = corpus;
    this.#tuned = tuned;
  }

  async check(): Promise<number[]> {
    return Array.from(await this.#pass());
  }

  async prepare(): Promise<Settings> {
    if (this.#tuned === undefined) {
      const pass = async (rows: number) => void (await classLogits(this.#labeller, this.#corpus, { rows }));
      const { best, triedMs } = await fastestRows(pass, { sentences: this.#corpus.exampleIds.length });
      this.#tuned = { rows: best, rowsTriedMs: triedMs };
    }
    return this.#tuned;
  }

  async run(_part: string, steps: number): Promise<void> {
    for (let step = 0; step < steps; step++) await this.#pass();
  }

  settings(): Settings {
    const peakDeviceBytes = engineMemory()?.peakBytes;
    return { dropout: 'off', updatedParameters: 0, ...this.#tuned, padTo: 1, lastLayer: 'first token', ...(peakDeviceBytes !== undefined && { peakDeviceMB: peakDeviceBytes / 1e6 }) };
  }

  async #pass(): Promise<Float32Array> {
    return classLogits(this.#labeller, this.#corpus, { rows: this.#tuned?.rows ?? untunedRows });
  }
}

const mostRows = 1024;

/** Doubles the rows until a pass, the faster of two, takes a tenth longer than the best one. The peers choose by the same rule (`peers/sentences.py`). */
export async function fastestRows(
  pass: (rows: number) => Promise<void>,
  { sentences, now = () => performance.now() }: { sentences: number; now?: () => number },
): Promise<{ best: number; triedMs: Record<string, number> }> {
  const timed = async (rows: number): Promise<number> => {
    const start = now();
    await pass(rows);
    return now() - start;
  };
  const triedMs: Record<string, number> = {};
  let [best, bestMs] = [0, Infinity];
  await pass(8); // the first one warms up
  for (let rows = 8; rows <= mostRows; rows *= 2) {
    const ms = Math.min(await timed(rows), await timed(rows));
    triedMs[rows] = Math.round(ms * 10) / 10;
    if (ms > 1.1 * bestMs) break;
    if (ms < bestMs) [best, bestMs] = [rows, ms];
    if (rows >= sentences) break;
  }
  return { best, triedMs };
}
