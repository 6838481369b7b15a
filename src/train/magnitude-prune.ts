/**
 * Magnitude pruning: the weights nearest to zero are cut, whatever parameter they stand in, and the others are trained on without them (See, Luong &
 * Manning 2016, "Compression of Neural Machine Translation Models via Pruning", arXiv:1606.09274, class-blind). What is cut stays zero through
 * training, checkpoints and export; files do not get smaller by it.
 */
import * as tf from '../engine/tf.ts';
import type { Parameters } from '../nn/parameters.ts';
import { fingerprint, sha256 } from '../storage/hash.ts';

/**
 * Of each list 1 where a weight stays and 0 where it is cut: floor(fraction · all weights) of the smallest magnitude under one order over all lists;
 * of equal ones the first. @throws unless the fraction lies in [0, 1).
 */
export function keptByMagnitude(weights: readonly ArrayLike<number>[], fraction: number): Uint8Array[] {
  if (!(fraction >= 0 && fraction < 1)) throw new Error(`the fraction of weights to cut must lie in [0, 1), not ${fraction}`);
  const total = weights.reduce((sum, { length }) => sum + length, 0);
  const cut = Math.floor(fraction * total);
  const masks = weights.map(({ length }) => new Uint8Array(length).fill(1));
  if (cut === 0) return masks;
  const magnitudes = new Float64Array(total);
  let at = 0;
  for (const list of weights) for (let i = 0; i < list.length; i++) magnitudes[at++] = Math.abs(list[i]!);
  if (magnitudes.some(Number.isNaN)) throw new Error('a weight is no number: nothing can be said of its magnitude');
  const limit = magnitudes.slice().sort()[cut - 1]!;
  let equal = cut - magnitudes.reduce((count, magnitude) => count + (magnitude < limit ? 1 : 0), 0); // how many that lie on the limit are cut
  at = 0;
  for (const mask of masks) {
    for (let i = 0; i < mask.length; i++) {
      const magnitude = magnitudes[at++]!;
      if (magnitude < limit || (magnitude === limit && equal-- > 0)) mask[i] = 0;
    }
  }
  return masks;
}

export interface PruneOptions {
  /** How much of the chosen parameters is cut, 0 up to 1. */
  readonly fraction: number;
  /** Which parameters take part. Default: matrices; biases and the weights of norms are few and are left whole. */
  readonly chosen?: (name: string, shape: readonly number[]) => boolean;
}

const matrices = (_name: string, shape: readonly number[]) => shape.length > 1;

/** The masks of some of a model's parameters, on the device. The caller disposes of them. */
export class PruningMasks {
  readonly #masks: ReadonlyMap<tf.Variable, tf.Tensor>;
  /** Over names and masks: part of the identity of a run that is trained under them. */
  readonly fingerprint: string;
  /** The share of weights that stay, of all that could be cut. */
  readonly density: number;

  private constructor(parameters: Parameters, masks: ReadonlyMap<string, Uint8Array>) {
    if (masks.size === 0) throw new Error('no parameter was chosen to be pruned');
    this.fingerprint = fingerprint([...masks].map(([name, mask]) => [name, sha256(mask)]));
    let [kept, all] = [0, 0];
    for (const mask of masks.values()) {
      all += mask.length;
      kept += mask.reduce((sum, stays) => sum + stays, 0);
    }
    this.density = kept / all;
    this.#masks = new Map([...masks].map(([name, mask]) => {
      const variable = parameters.get(name);
      return [variable, tf.tensor(Float32Array.from(mask), variable.shape)] as const;
    }));
  }

  /** Masks of the smallest magnitudes; nothing is cut yet. */
  static async byMagnitude(parameters: Parameters, { fraction, chosen = matrices }: PruneOptions): Promise<PruningMasks> {
    const values = await chosenValues(parameters, chosen);
    const masks = keptByMagnitude([...values.values()], fraction);
    return new PruningMasks(parameters, new Map([...values.keys()].map((name, i) => [name, masks[i]!])));
  }

  /** Masks of what is zero already: of a model that was pruned before, to go on training it. */
  static async ofZeros(parameters: Parameters, { chosen = matrices }: Pick<PruneOptions, 'chosen'> = {}): Promise<PruningMasks> {
    const values = await chosenValues(parameters, chosen);
    return new PruningMasks(parameters, new Map([...values].map(([name, data]) => [name, Uint8Array.from(data, (value) => (value === 0 ? 0 : 1))])));
  }

  /** Cuts the weights: zeros in place of those that do not stay. */
  cutWeights(): void {
    for (const [variable, mask] of this.#masks) tf.tidy(() => variable.assign(tf.where(tf.greater(mask, 0), variable, tf.zerosLike(variable))));
  }

  /**
   * Takes from the gradients what belongs to weights that are cut, in place: without a gradient their moments and with them the weights stay
   * zero, bit for bit, and the norm that gradients are clipped by is that of the weights there are. One that is no number stays one.
   */
  cutGradients(gradients: Map<tf.Variable, tf.Tensor>): void {
    for (const [variable, mask] of this.#masks) {
      const gradient = gradients.get(variable);
      if (gradient === undefined) continue;
      gradients.set(variable, tf.mul(gradient, mask));
      gradient.dispose();
    }
  }

  dispose(): void {
    tf.dispose([...this.#masks.values()]);
  }
}

/** The share of a model's numbers that are not zero: of all its parameters, and of each. */
export async function densities(parameters: Parameters): Promise<{ readonly all: number; readonly each: ReadonlyMap<string, number> }> {
  const each = new Map<string, number>();
  let living = 0;
  for (const [name, { data }] of await parameters.read()) {
    const count = data.reduce((sum, value) => sum + (value === 0 ? 0 : 1), 0);
    each.set(name, count / data.length);
    living += count;
  }
  return { all: living / parameters.count, each };
}

async function chosenValues(parameters: Parameters, chosen: NonNullable<PruneOptions['chosen']>): Promise<Map<string, Float32Array>> {
  const values = new Map<string, Float32Array>();
  for (const [name, variable] of parameters.learned) if (chosen(name, variable.shape)) values.set(name, (await variable.data()) as Float32Array);
  return values;
}
