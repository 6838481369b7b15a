/**
 * AdamW with its moments: which parameters decay, what a checkpoint must keep. The arithmetic is the engine's (`fused/adamw.ts`).
 */
import { adamW } from '../engine/fused/adamw.ts';
import * as tf from '../engine/tf.ts';

export interface OptimizerSettings {
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  readonly weightDecay: number;
  readonly maxGradientNorm: number;
}

export const optimizerDefaults: OptimizerSettings = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.01, maxGradientNorm: 1 };

/** Decoupled decay spares biases and the weights of norms, by their names. */
export function decays(name: string): boolean {
  return !/(bias|bias_[ih]h_l\d+(_reverse)?|(LayerNorm|layer_norm)\.weight)$/.test(name);
}

interface Moments {
  readonly first: tf.Variable;
  readonly second: tf.Variable;
}

/** What it moves: variables under names that no two of them share. */
export interface Learned {
  readonly learned: readonly (readonly [string, tf.Variable])[];
}

export class Optimizer {
  readonly #settings: OptimizerSettings;
  readonly #parameters: Learned;
  readonly #moments: Map<string, Moments>;

  constructor(parameters: Learned, settings: Partial<OptimizerSettings> = {}) {
    this.#settings = { ...optimizerDefaults, ...settings };
    this.#parameters = parameters;
    const zeros = (variable: tf.Variable) => tf.tidy(() => tf.variable(tf.zerosLike(variable), false));
    this.#moments = new Map(parameters.learned.map(([name, variable]) => [name, { first: zeros(variable), second: zeros(variable) }]));
  }

  /**
   * One update from gradients by variable, which stay the caller's. Parameters without a gradient are left alone.
   * @returns [gradient norm, 1 if taken or 0 if it was not finite]: the caller's tensor.
   */
  update(gradients: ReadonlyMap<tf.Variable, tf.Tensor>, { step, learningRate }: { step: number; learningRate: number }): tf.Tensor1D {
    const slots = this.#parameters.learned.flatMap(([name, parameter]) => {
      const gradient = gradients.get(parameter);
      const moments = this.#moments.get(name);
      return gradient === undefined || moments === undefined
        ? []
        : [{ parameter, gradient, firstMoment: moments.first, secondMoment: moments.second, decays: decays(name) }];
    });
    return adamW(slots, { ...this.#settings, step, learningRate });
  }

  /** Copies of the moments, under `first/<name>` and `second/<name>`. */
  async read(): Promise<Map<string, { shape: number[]; data: Float32Array }>> {
    const copies = new Map<string, { shape: number[]; data: Float32Array }>();
    for (const [name, { first, second }] of this.#moments) {
      copies.set(`first/${name}`, { shape: first.shape, data: (await first.data()) as Float32Array });
      copies.set(`second/${name}`, { shape: second.shape, data: (await second.data()) as Float32Array });
    }
    return copies;
  }

  /** Restores what `read` copied. @throws if a moment is absent or of another size. */
  assign(values: ReadonlyMap<string, Float32Array>): void {
    for (const [name, { first, second }] of this.#moments) {
      for (const [key, variable] of [[`first/${name}`, first], [`second/${name}`, second]] as const) {
        const data = values.get(key);
        if (data?.length !== variable.size) throw new Error(`${key}: no ${variable.size} numbers to restore`);
        tf.tidy(() => variable.assign(tf.tensor(data, variable.shape, 'float32')));
      }
    }
  }

  dispose(): void {
    for (const { first, second } of this.#moments.values()) tf.dispose([first, second]);
  }
}
