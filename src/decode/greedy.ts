/**
 * Greedy search over any step-wise decoder: the likeliest token at each step, batched over sentences. A step costs one read of three
 * numbers per row; sentences that are done leave the batch. The tokens equal those of transformers' `generate` with one beam.
 */
import * as tf from '../engine/tf.ts';
import { Constraints, type DecodeOptions } from './constraints.ts';
import { extend, type Hypothesis, type Path, unrolled } from './path.ts';
import { readStep, selectRows, type StepDecoder } from './step-decoder.ts';

export interface GreedyOptions extends DecodeOptions {
  /** Rows of the decoder at the start, one a source. */
  readonly sources: number;
  /** Of the score; it decides nothing here. Default 1. */
  readonly lengthPenalty?: number;
}

/** As the constraints left them: what transformers calls the scores of greedy search. */
export type GreedyHypothesis = Hypothesis & { readonly logits: Float32Array };

interface Row {
  readonly source: number;
  readonly path: Path | undefined;
  readonly logits: number[];
}

/**
 * @returns of each source its translation.
 * @throws an Error for options that cannot be met, for logits that are no numbers, and where the constraints leave a sentence nothing to write.
 */
export async function greedy(decoder: StepDecoder, { sources, lengthPenalty = 1, ...options }: GreedyOptions): Promise<GreedyHypothesis[]> {
  const constraints = new Constraints(options);
  const results = new Array<GreedyHypothesis>(sources);
  let open = Array.from({ length: sources }, (_, source): Row => ({ source, path: undefined, logits: [] }));
  for (let written = 1; open.length > 0; written++) {
    const best = await bestTokens(decoder, open.map(({ path }) => path), { constraints, written, startId: options.startId });
    const running: Row[] = [];
    const kept: number[] = [];
    for (const [row, { source, path, logits }] of open.entries()) {
      const [logit = NaN, token = NaN, normaliser = NaN] = best.subarray(3 * row, 3 * row + 3);
      if (logit === -Infinity) throw new Error(`sentence ${source + 1} of the batch: the constraints leave nothing to write as token ${written}`);
      if (Number.isNaN(logit) || Number.isNaN(normaliser)) throw new Error(`sentence ${source + 1} of the batch: the decoder's logits of token ${written} are no numbers`);
      logits.push(logit);
      const next = { source, path: extend(path, token, logit - normaliser), logits };
      const ended = options.eosIds.includes(token);
      if (ended || written === options.maxNewTokens) results[source] = finish(next, ended, lengthPenalty);
      else {
        running.push(next);
        kept.push(row);
      }
    }
    selectRows(decoder, kept, open.length);
    open = running;
  }
  return results;
}

function finish({ path, logits }: Row, finished: boolean, lengthPenalty: number): GreedyHypothesis {
  const { tokens, logProbs } = unrolled(path);
  return { tokens, logProbs, logits: Float32Array.from(logits), score: logProbs.reduce((sum, value) => sum + value, 0) / tokens.length ** lengthPenalty, finished };
}

interface Step {
  readonly constraints: Constraints;
  readonly written: number;
  readonly startId: number;
}

/** `[R, 3]`: the largest logit, its token, and the logarithm of the sum of all exponentials. */
function bestTokens(decoder: StepDecoder, paths: readonly (Path | undefined)[], { constraints, written, startId }: Step): Promise<Float32Array> {
  return readStep(decoder, { paths, startId }, (logits) => {
    const kept = constraints.apply(logits, paths, written);
    const { values, indices } = tf.topk(kept, 1);
    const normalisers = tf.add(values, tf.log(tf.sum(tf.exp(tf.sub(kept, values)), 1, true)));
    return tf.concat([values, tf.cast(indices, 'float32'), normalisers], 1);
  });
}
