// How far an encoder's numbers may lie from the reference in the precision of the engine in use. In bf16 only what passes products of
// matrices is allowed more: losses on given logits, statistics and the optimiser's own arithmetic are float32 and stay at its bounds.
import { engineFacts } from '../../src/engine/engine.ts';
import type { EncoderConfig } from '../../src/models/config.ts';
import { projectionOf } from '../../src/models/families.ts';
import { type Bound, bounds } from './comparison.ts';

/** The largest relative change by one rounding to bfloat16, which keeps 8 bits. */
const rounding = 2 ** -8;

export const inHalf = (): boolean => engineFacts().precision === 'bf16';

type Depth = Pick<EncoderConfig, 'family' | 'embeddingWidth' | 'width' | 'bottleneck'>;

/**
 * After the embeddings and `depth` layers. A linear layer between the embeddings and the first layer rounds twice more. A layer rounds the stream that runs through it four times (two sums, two norms), so this is
 * 2e-2 of the largest value after one layer and grows with each; a head counts as two. PyTorch's own bfloat16 lies as far off or further.
 */
const roundings = (depth: number, below = 0): number => (1 + below + 4 * depth) * rounding;

const roundingsBelow = (config: Depth): number => (projectionOf(config) !== undefined || config.bottleneck ? 2 : 0);

/** After so many layers, and so many further roundings below them. */
export function deepBound(depth: number, below = 0): Bound {
  return inHalf() ? { ...bounds.activation, relative: roundings(depth, below) } : bounds.activation;
}

/** Scores are products of queries and keys, which err by as much each. */
export function deepScoreBound(depth: number, below = 0): Bound {
  const { relative, absolute } = deepBound(depth, below);
  return { relative: inHalf() ? 2 * relative : relative, absolute };
}

/** A probability p moves by at most p (1 - p) times twice what its scores move by, which is the larger the larger these are. */
export function deepProbabilityBound(depth: number, largestScore: number, below = 0): Bound {
  const { relative, absolute } = deepBound(depth, below);
  return { relative: inHalf() ? Math.max(1, largestScore / 2) * relative : relative, absolute };
}

export const activationBound = (depth: number, config: Depth): Bound => deepBound(depth, roundingsBelow(config));
export const scoreBound = (depth: number, config: Depth): Bound => deepScoreBound(depth, roundingsBelow(config));
export const probabilityBound = (depth: number, config: Depth, largestScore: number): Bound => deepProbabilityBound(depth, largestScore, roundingsBelow(config));

/** What a head counts as: a dense layer with a norm or a softmax behind it, and the products before and after. */
export const headDepth = 2;

/** Of a model with so many layers and a head, which a gradient passes upwards and downwards. `overall` is the largest of all its gradients. */
export const gradientBound = (config: Depth & Pick<EncoderConfig, 'layers'>, overall: number): Bound => deepGradientBound(config.layers, overall, roundingsBelow(config));

export function deepGradientBound(layers: number, overall: number, below = 0): Bound {
  const relative = roundings(layers + headDepth, below);
  return inHalf() ? { relative: 2 * relative, absolute: 0.2 * relative * overall } : { relative: 1e-4, absolute: 1e-5 * overall };
}

/** Of an objective whose numbers pass products with weights, which round them so often in bf16. */
export function roundedBound(times: number): Bound {
  return inHalf() ? { ...bounds.objective, relative: times * rounding } : bounds.objective;
}
