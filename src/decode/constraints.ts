/**
 * What may be written next: minimum length, forced and suppressed tokens, bad words, no repeated n-grams (Paulus et al.,
 * arXiv:1705.04304), repetition penalty (Keskar et al., arXiv:1909.05858). Applied to the scores of a step on the engine, in the order of
 * transformers' logits processors, with whose `generate` they agree. Only the last three look at what was written, and cost an upload of
 * [R, V] a step.
 */
import { logSoftmax } from '../engine/fused/log-softmax.ts';
import * as tf from '../engine/tf.ts';
import { type Path, unrolled } from './path.ts';

export interface DecodeOptions {
  /** The token the decoder starts with. */
  readonly startId: number;
  /** The tokens that end a translation; mostly one. */
  readonly eosIds: readonly number[];
  /** Tokens after the start token, the end token counted: transformers' `max_length` - 1. */
  readonly maxNewTokens: number;
  /** As many tokens before the end token at least: transformers' `min_new_tokens`; where only `min_length` is given, that - 1. Default 0. */
  readonly minNewTokens?: number;
  /** Divides positive and multiplies negative scores of all tokens so far, the start token too. Default 1. */
  readonly repetitionPenalty?: number;
  /** No n-gram of this order stands twice, the start token counted. Default: any may. */
  readonly noRepeatNgramSize?: number;
  /** Never written: tokens, or runs of tokens. A run that is an end token alone is passed over. */
  readonly badWordsIds?: readonly (readonly number[])[];
  readonly suppressTokens?: readonly number[];
  /** Not as the first token; with a forced first token not as the second. */
  readonly beginSuppressTokens?: readonly number[];
  /** The first token. */
  readonly forcedBosId?: number;
  /** The token at `maxNewTokens`, where a translation has not ended before. */
  readonly forcedEosId?: number;
  /** Makes log-probabilities of what the constraints leave (transformers' `renormalize_logits`). */
  readonly renormalize?: boolean;
}

export class Constraints {
  readonly #options: DecodeOptions;
  readonly #phrases: readonly (readonly number[])[];
  readonly #words: readonly number[];

  /** Throws an Error for options that contradict each other or cannot be met. */
  constructor(options: DecodeOptions) {
    checkOptions(options);
    this.#options = options;
    const bad = (options.badWordsIds ?? []).filter((ids) => !(ids.length === 1 && options.eosIds.includes(ids[0]!)));
    this.#phrases = bad.filter((ids) => ids.length > 1);
    this.#words = bad.flatMap((ids) => (ids.length === 1 ? ids : []));
  }

  /**
   * The scores `[R, V]` of the token number `written` after the start token, with -Infinity for what is not allowed. Call it in a scope.
   * @param paths what each row has written.
   */
  apply(scores: tf.Tensor2D, paths: readonly (Path | undefined)[], written: number): tf.Tensor2D {
    const { repetitionPenalty = 1, noRepeatNgramSize = 0, renormalize = false } = this.#options;
    const [rows, vocabulary] = scores.shape;
    const looksBack = repetitionPenalty !== 1 || noRepeatNgramSize > 0 || this.#phrases.length > 0;
    const prefixes = looksBack ? paths.map((path) => [this.#options.startId, ...unrolled(path).tokens]) : [];
    let kept = scores;
    if (repetitionPenalty !== 1) {
      const seen = rowMask(prefixes, vocabulary);
      kept = tf.where(seen, tf.where(tf.less(kept, 0), tf.mul(kept, repetitionPenalty), tf.div(kept, repetitionPenalty)), kept) as tf.Tensor2D;
    }
    if (noRepeatNgramSize > 0 || this.#phrases.length > 0) {
      const banned = prefixes.map((prefix) => [...repeated(prefix, noRepeatNgramSize), ...completed(prefix, this.#phrases)]);
      if (banned.some((tokens) => tokens.length > 0)) kept = tf.where(rowMask(banned, vocabulary), tf.fill([rows, vocabulary], -Infinity), kept);
    }
    const bias = this.#biasAt(written, vocabulary);
    if (bias?.forced === undefined) kept = bias === undefined ? kept : tf.add(kept, tf.tensor1d(bias.values));
    else kept = tf.tile(tf.tensor2d(bias.values, [1, vocabulary]), [rows, 1]);
    return renormalize ? logSoftmax(kept) : kept;
  }

  /** What does not hang on the row: 0 and -Infinity for every token; where one is forced they take the place of the scores. */
  #biasAt(written: number, vocabulary: number): { values: Float32Array; forced: number | undefined } | undefined {
    const { eosIds, minNewTokens = 0, maxNewTokens, suppressTokens = [], beginSuppressTokens = [], forcedBosId, forcedEosId } = this.#options;
    const forced = written === 1 && forcedBosId !== undefined && !(maxNewTokens === 1 && forcedEosId !== undefined) ? forcedBosId : written === maxNewTokens ? forcedEosId : undefined;
    const begin = forcedBosId === undefined ? 1 : 2;
    const banned = [
      ...(forced === undefined ? [...this.#words, ...(written <= minNewTokens ? eosIds : [])] : []),
      ...suppressTokens, ...(written === begin ? beginSuppressTokens : []),
    ];
    if (banned.length === 0 && forced === undefined) return undefined;
    const values = new Float32Array(vocabulary).fill(forced === undefined ? 0 : -Infinity);
    for (const token of [...banned, ...(forced === undefined ? [] : [forced])]) checkToken(token, vocabulary);
    if (forced !== undefined) values[forced] = 0;
    for (const token of banned) values[token] = -Infinity;
    return { values, forced };
  }
}

/** Tokens that would end an n-gram that stands in the prefix. */
function repeated(prefix: readonly number[], size: number): number[] {
  if (size === 0 || prefix.length + 1 < size) return [];
  const last = prefix.length - (size - 1);
  const tokens: number[] = [];
  for (let start = 0; start + size <= prefix.length; start++) {
    let at = 0;
    while (at < size - 1 && prefix[start + at] === prefix[last + at]) at++;
    if (at === size - 1) tokens.push(prefix[start + at]!);
  }
  return tokens;
}

/** Last tokens of the phrases whose other tokens the prefix ends with. */
function completed(prefix: readonly number[], phrases: readonly (readonly number[])[]): number[] {
  return phrases.flatMap((phrase) => {
    const start = prefix.length - (phrase.length - 1);
    return start >= 0 && phrase.slice(0, -1).every((token, at) => prefix[start + at] === token) ? [phrase.at(-1)!] : [];
  });
}

function rowMask(tokens: readonly (readonly number[])[], vocabulary: number): tf.Tensor2D {
  const mask = new Uint8Array(tokens.length * vocabulary);
  for (const [row, own] of tokens.entries()) {
    for (const token of own) {
      checkToken(token, vocabulary);
      mask[row * vocabulary + token] = 1;
    }
  }
  return tf.tensor2d(mask, [tokens.length, vocabulary], 'bool');
}

function checkToken(token: number, vocabulary: number): void {
  if (!(Number.isInteger(token) && token >= 0 && token < vocabulary)) throw new Error(`token ${token} is none of the ${vocabulary} the decoder writes; were the options made for another vocabulary?`);
}

function checkOptions({ eosIds, maxNewTokens, minNewTokens = 0, repetitionPenalty = 1, noRepeatNgramSize = 0, badWordsIds = [], suppressTokens = [], beginSuppressTokens = [], forcedBosId, forcedEosId }: DecodeOptions): void {
  if (eosIds.length === 0) throw new Error('no end token was given: a translation could never end');
  if (!Number.isInteger(maxNewTokens) || maxNewTokens < 1) throw new Error(`maxNewTokens must be a whole number from 1, not ${maxNewTokens}`);
  if (!Number.isInteger(minNewTokens) || minNewTokens < 0 || minNewTokens > maxNewTokens) throw new Error(`minNewTokens must be a whole number from 0 to maxNewTokens (${maxNewTokens}), not ${minNewTokens}`);
  if (!(repetitionPenalty > 0)) throw new Error(`repetitionPenalty must be above 0, not ${repetitionPenalty}`);
  if (!Number.isInteger(noRepeatNgramSize) || noRepeatNgramSize < 0) throw new Error(`noRepeatNgramSize must be a whole number from 0 (any may repeat), not ${noRepeatNgramSize}`);
  if (badWordsIds.some((ids) => ids.length === 0)) throw new Error('one of the bad words holds no token');
  for (const [name, forced, banned] of [['forcedBosId', forcedBosId, suppressTokens], ['forcedEosId', forcedEosId, maxNewTokens === (forcedBosId === undefined ? 1 : 2) ? [...suppressTokens, ...beginSuppressTokens] : suppressTokens]] as const) {
    if (forced !== undefined && banned.includes(forced)) throw new Error(`${name} is ${forced}, which is suppressed: nothing could be written there`);
  }
}
