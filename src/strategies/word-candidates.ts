/**
 * What could stand in the place of each word of a text: for a word that is one token, what a masked-LM model expects where that word is
 * hidden; for a word of several, its neighbours. One pass hides one word in each of many texts. Jiao et al. 2020, algorithm 1.
 */
import { upload } from '../engine/batch.ts';
import { linear } from '../engine/fused/linear.ts';
import * as tf from '../engine/tf.ts';
import type { Model } from '../models/model.ts';
import { evaluationBatches, type HostBatch } from '../text/batches.ts';
import type { EncodedCorpus } from '../text/encoded-corpus.ts';
import type { Inspection, Tokenizer } from '../text/tokenizer.ts';
import { isWord, wordTokens } from '../text/word-continuations.ts';
import type { WordNeighbours } from './word-neighbours.ts';

export interface CandidateWord {
  /** Where the word stands in its text, [begin, end) in code points. */
  readonly begin: number;
  readonly end: number;
  /** Likeliest first; never the word itself. */
  readonly candidates: readonly string[];
}

export interface CandidateOptions {
  readonly model: Model;
  readonly tokenizer: Tokenizer;
  readonly neighbours: WordNeighbours;
  /** K. */
  readonly count: number;
  /** Texts in a pass. */
  readonly rows: number;
  readonly signal?: AbortSignal | undefined;
}

/** A word as the tokenizer cuts it. */
interface Word {
  readonly begin: number;
  readonly end: number;
  readonly text: string;
  readonly places: readonly number[];
}

/** Gives the words of each text that have candidates, in their order; of a text longer than the model takes, those of its beginning. */
export async function openCandidates({ model, tokenizer, neighbours, count, rows, signal }: CandidateOptions): Promise<(texts: readonly string[]) => Promise<CandidateWord[][]>> {
  const known = await wordTokens(tokenizer);
  const special = tokenizer.specialIds();
  return async (texts) => {
    const inspections = await tokenizer.inspect(texts.map((text) => ({ text })), { maxTokens: model.config.positions });
    const words = inspections.map((inspection, i) => wordsOf(texts[i] ?? '', inspection));
    const found = words.map((ofText) => new Array<readonly string[]>(ofText.length).fill([]));
    const hidden: Hidden[] = [];
    words.forEach((ofText, text) => ofText.forEach((word, place) => {
      const ids = word.places.map((at) => inspections[text]?.ids[at] ?? 0);
      const [first = 0] = word.places;
      const isUnknown = ids.some((id) => special.has(id));
      if (isUnknown || ids.length > 1) found[text]![place] = neighbours.near(word.text, isUnknown ? [] : ids, count);
      else hidden.push({ ids: inspections[text]?.ids ?? [], at: first, hear: (logits) => void (found[text]![place] = likeliest(logits, known, word.text, count)) });
    }));
    await predict(hidden, { model, tokenizer, rows, signal });
    return words.map((ofText, text) => ofText.flatMap(({ begin, end }, place) => (found[text]?.[place]?.length ? [{ begin, end, candidates: found[text][place] ?? [] }] : [])));
  };
}

function wordsOf(text: string, { wordIds, offsets }: Inspection): Word[] {
  const points = Array.from(text);
  const words: { begin: number; end: number; places: number[] }[] = [];
  wordIds.forEach((word, place) => {
    const [begin = 0, end = 0] = offsets[place] ?? [];
    if (word === null) return;
    const last = words.at(-1);
    if (last !== undefined && wordIds[place - 1] === word) {
      last.places.push(place);
      last.end = end;
    } else words.push({ begin, end, places: [place] });
  });
  return words.flatMap(({ begin, end, places }) => {
    const written = points.slice(begin, end).join('');
    const blanks = Array.from(written).length - Array.from(written.trimStart()).length; // of vocabularies whose words begin with their space
    return isWord(written) ? [{ begin: begin + blanks, end, text: written.trim(), places }] : [];
  });
}

/** A text in which one place is to be hidden. */
interface Hidden {
  readonly ids: readonly number[];
  readonly at: number;
  /** Hears the logits [V] of that place. */
  readonly hear: (logits: Float32Array) => void;
}

async function predict(hidden: readonly Hidden[], { model, tokenizer, rows, signal }: Pick<CandidateOptions, 'model' | 'tokenizer' | 'rows' | 'signal'>): Promise<void> {
  if (hidden.length === 0) return;
  for (const batch of evaluationBatches(hiddenCorpus(hidden, tokenizer, model.config.positions), { rows, padId: model.config.padId })) {
    signal?.throwIfAborted();
    const logits = await logitsAt(model, batch, Array.from(batch.order, (row) => hidden[row]?.at ?? 0));
    const vocabulary = logits.length / batch.rows;
    batch.order.forEach((row, i) => hidden[row]?.hear(logits.subarray(i * vocabulary, (i + 1) * vocabulary)));
  }
}

function hiddenCorpus(hidden: readonly Hidden[], tokenizer: Tokenizer, maxTokens: number): EncodedCorpus {
  const ids = Int32Array.from(hidden.flatMap(({ ids, at }) => ids.with(at, tokenizer.maskId)));
  let end = 0;
  return {
    exampleIds: hidden.map((_, row) => String(row)), ids, typeIds: new Int32Array(ids.length),
    offsets: Uint32Array.from([0, ...hidden.map((row) => (end += row.ids.length))]),
    maxTokens, truncated: 0, corpus: '', tokenizer: tokenizer.fingerprint,
  };
}

/** Logits of one place in each row: [B, V]. */
async function logitsAt(model: Model, host: HostBatch, places: readonly number[]): Promise<Float32Array> {
  const batch = upload(host);
  try {
    const logits = tf.tidy(() => {
      const { decoder: { input, weight, bias } } = model.forward(batch, { decoder: true });
      const chosen = tf.gather(tf.reshape(input, [host.rows * host.width, -1]), tf.tensor1d(places.map((place, row) => row * host.width + place), 'int32')); // [B, T, H] -> [B, H]
      return linear(chosen, { weight, bias });
    });
    try {
      return (await logits.data()) as Float32Array;
    } finally {
      logits.dispose();
    }
  } finally {
    batch.dispose();
  }
}

/** The words of the largest logits, but for the word itself; equal ones by their ids. */
function likeliest(logits: Float32Array, known: readonly (string | undefined)[], word: string, count: number): string[] {
  const own = word.toLowerCase();
  const best: { text: string; logit: number }[] = [];
  logits.forEach((logit, id) => {
    const text = known[id];
    if (text === undefined || (best.length === count && logit <= (best.at(-1)?.logit ?? -Infinity)) || text.toLowerCase() === own) return;
    const at = best.findIndex((other) => other.logit < logit);
    best.splice(at === -1 ? best.length : at, 0, { text, logit });
    if (best.length > count) best.pop();
  });
  return best.map(({ text }) => text);
}
