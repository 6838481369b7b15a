/**
 * How fresh post-norm layers are drawn (BART, Marian): with Glorot & Bengio's (2010) deviation √(2 / (inputs + outputs)), divided by the root of
 * the layer's place. Drawn alike, each block adds as much as the stream already holds, and the norm after the sum passes on ever less of the
 * gradient: a fresh 4+4 then learns later than a 2+2. Source: Zhang, Titov & Sennrich 2019, "Improving deep transformer with depth-scaled
 * initialization and merged attention" (arXiv 1908.11365), section 4, with α = 1; they draw uniformly, here it is a normal of that deviation.
 */
import type { Seq2SeqConfig } from '../config.ts';
import type { InitialPart } from './family.ts';

const outside: readonly InitialPart[] = ['shared', 'product', 'relative'];
const ofFeedForward: readonly InitialPart[] = ['expansion', 'contraction'];

/** @param depth of the layer within its side, from 1; what stands outside layers is drawn with `initializerRange`. */
export function depthScaled(part: InitialPart, { width, feedForwardWidth, initializerRange }: Seq2SeqConfig, depth: number): number {
  if (outside.includes(part)) return initializerRange;
  const other = ofFeedForward.includes(part) ? feedForwardWidth : width;
  return Math.sqrt(2 / (width + other) / depth);
}
