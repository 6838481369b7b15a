/**
 * A model size a person can type: `2x128`, `4x256:4` or `4x256:4:1024` is layers x width : heads : feed-forward width.
 */
import type { EncoderConfig, Task } from './config.ts';
import { families } from './families.ts';

export interface Size {
  readonly layers: number;
  readonly width: number;
  readonly heads: number;
  readonly feedForwardWidth: number;
}

/** Heads default to the count nearest to a head width of 64 (32 below a width of 128), feed-forward to four times the width. */
export function parseSize(text: string): Size {
  const match = /^(\d+)x(\d+)(?::(\d+))?(?::(\d+))?$/.exec(text);
  if (match === null) throw new Error(`'${text}' is not a model size; write layers x width, as 2x128, or 4x256:4:1024 with heads and feed-forward width`);
  const [layers, width] = [Number(match[1]), Number(match[2])];
  const heads = match[3] === undefined ? usualHeads(width) : Number(match[3]);
  const feedForwardWidth = match[4] === undefined ? 4 * width : Number(match[4]);
  if ([layers, width, heads, feedForwardWidth].some((n) => n < 1)) throw new Error(`'${text}': every number of a model size must be at least 1`);
  if (width % heads !== 0) throw new Error(`'${text}': ${heads} heads do not divide a width of ${width}`);
  return { layers, width, heads, feedForwardWidth };
}

function usualHeads(width: number): number {
  const wanted = Math.max(1, Math.round(width / (width < 128 ? 32 : 64)));
  for (let heads = wanted; heads > 1; heads--) if (width % heads === 0) return heads;
  return 1;
}

export interface FreshConfigOptions {
  readonly family?: EncoderConfig['family'];
  readonly vocabulary: number;
  readonly padId: number;
  readonly positions: number;
  readonly task: Task;
  readonly labels: readonly string[];
  readonly dropout?: number;
  /** Standard deviation of fresh weights; BERT's 0.02 suits widths of hundreds, narrow models learn sooner from about 1/√width. */
  readonly initializerRange?: number;
}

/** The configuration of a fresh model of a size. */
export function freshConfig(size: Size, { family = 'bert', dropout = 0.1, initializerRange, ...rest }: FreshConfigOptions): EncoderConfig {
  return {
    family,
    ...size,
    ...families[family].fresh(size),
    initializerRange: initializerRange ?? Math.max(0.02, Math.min(0.15, 1 / Math.sqrt(size.width))),
    hiddenDropout: dropout,
    attentionDropout: dropout,
    classifierDropout: dropout,
    source: {},
    ...rest,
  };
}
