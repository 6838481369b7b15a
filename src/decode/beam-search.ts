/**
 * Beam search over any step-wise decoder, batched over sentences and beams. A step costs one read of a few numbers per row; sentences that
 * are done leave the batch. Sequences and scores equal those of transformers' `generate` (but for beams that the constraints left
 * nothing to write: they are left out, not returned with a score of -10^9). It does no sampling.
 */
import { logSoftmax } from '../engine/fused/log-softmax.ts';
import * as tf from '../engine/tf.ts';
import { Constraints, type DecodeOptions } from './constraints.ts';
import type { Hypothesis, Path } from './path.ts';
import { type BeamOptions, candidatesOf, type Continuations, SentenceBeams } from './sentence-beams.ts';
import { readStep, selectRows, type StepDecoder } from './step-decoder.ts';

export interface BeamSearchOptions extends DecodeOptions, BeamOptions {
  /** Rows of the decoder at the start, one a source. */
  readonly sources: number;
  /** Translations to return of each source, best first. Default 1. */
  readonly nBest?: number;
}

/**
 * @returns of each source its best translations, at most `nBest`.
 * @throws an Error for options that cannot be met, for scores that are no numbers, and where the constraints leave a sentence nothing to write.
 */
export async function beamSearch(decoder: StepDecoder, options: BeamSearchOptions): Promise<Hypothesis[][]> {
  const { sources, beams, nBest = 1, startId } = options;
  if (!Number.isInteger(beams) || beams < 1) throw new Error(`beams must be a whole number from 1, not ${beams}`);
  if (!Number.isInteger(nBest) || nBest < 1 || nBest > beams) throw new Error(`nBest must be a whole number from 1 to the number of beams (${beams}), not ${nBest}`);
  const constraints = new Constraints(options);
  const sentences = Array.from({ length: sources }, () => new SentenceBeams(options, options));
  /** Those that are not done, in the order of their rows. */
  let open = sentences.map((sentence, index) => ({ sentence, index }));
  for (let written = 1; open.length > 0; written++) {
    const paths = open.flatMap(({ sentence }) => sentence.running);
    const best = await bestContinuations(decoder, { constraints, paths, written, startId, count: candidatesOf(beams, options) });
    const kept: number[] = [];
    let row = 0;
    for (const { sentence, index } of open) {
      const first = row;
      row += sentence.running.length;
      kept.push(...sentence.advance(best.slice(first, row)).map((from) => first + from));
      if (sentence.running.length === 0 && sentence.hypotheses().length === 0) throw new Error(`sentence ${index + 1} of the batch: the constraints leave nothing to write as token ${written}`);
    }
    open = open.filter(({ sentence }) => sentence.running.length > 0);
    selectRows(decoder, kept, paths.length);
  }
  return sentences.map((sentence) => sentence.hypotheses().slice(0, nBest));
}

interface Step {
  readonly constraints: Constraints;
  /** What each row has written. */
  readonly paths: readonly (Path | undefined)[];
  readonly written: number;
  readonly startId: number;
  readonly count: number;
}

/** The best continuations of each row, read in one piece. */
async function bestContinuations(decoder: StepDecoder, { constraints, paths, written, startId, count }: Step): Promise<Continuations[]> {
  const read = await readStep(decoder, { paths, startId }, (logits) => {
    const { values, indices } = tf.topk(constraints.apply(logSoftmax(logits), paths, written), Math.min(count, logits.shape[1]));
    return tf.concat([values, tf.cast(indices, 'float32')], 1); // [R, 2 width]: token numbers stay exact to 2^24
  });
  const width = read.length / (2 * paths.length);
  return paths.map((_, row) => {
    const start = row * 2 * width;
    const logProbs = read.subarray(start, start + width);
    if (logProbs.some(Number.isNaN)) throw new Error(`row ${row + 1} of the batch: the decoder's logits of token ${written} are no numbers`);
    return { logProbs, tokens: read.subarray(start + width, start + 2 * width) };
  });
}
