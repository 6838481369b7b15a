/**
 * `op-overhead`: what one operation costs when there is nothing to compute, on tensors of 2x2: the price of the way from the language
 * to the kernel. A step repeats an operation; times are told for one of them.
 */
import { join } from 'node:path';
import { gelu } from '../../../src/engine/fused/gelu.ts';
import { linear } from '../../../src/engine/fused/linear.ts';
import { normals, randomKey } from '../../../src/engine/random.ts';
import { sweep } from '../../../src/engine/sweep.ts';
import * as tf from '../../../src/engine/tf.ts';
import { writeJson } from '../../../src/storage/json.ts';
import type { Part, Settings } from '../protocol.ts';
import type { BenchCase, Work } from './case.ts';
import { readArrays, writeArrays } from './case-folder.ts';

const links = 20;
const repeats = 1000;
const chains = 50;

/** Told per operation; of a chain, per link: a linear and a GELU. */
const parts: readonly Part[] = [
  { name: 'add', itemsPerStep: repeats, repeatsPerStep: repeats },
  { name: 'matMul', itemsPerStep: repeats, repeatsPerStep: repeats },
  { name: 'reshape', itemsPerStep: repeats, repeatsPerStep: repeats },
  { name: 'linear+gelu, forward', itemsPerStep: chains * links, repeatsPerStep: chains * links },
  { name: 'linear+gelu, forward+backward', itemsPerStep: chains * links, repeatsPerStep: chains * links },
];

export const opOverheadCase: BenchCase = {
  what: 'the cost of single operations on tensors of 2x2',
  items: 'operations',
  agreement: 'largest',
  write: async (folder) => {
    const values = (name: string, ...shape: number[]) => ({ shape, data: normals(shape.reduce((a, b) => a * b, 1), randomKey(1, name)) });
    await writeArrays(join(folder, 'operands.safetensors'), { a: values('a', 2, 2), b: values('b', 2, 2), weights: values('weights', links, 2, 2), biases: values('biases', links, 2) });
    await writeJson(join(folder, 'case.json'), { kind: 'op-overhead', repeats, chains, links });
    return { repeats, chains, links, told: 'per operation; of the chains per link (one linear, one GELU)' };
  },
  open: async (folder) => {
    const { floats } = await readArrays(join(folder, 'operands.safetensors'));
    return new OperationWork(floats);
  },
};

class OperationWork implements Work {
  readonly parts = parts;
  readonly #a: tf.Tensor2D;
  readonly #b: tf.Tensor2D;
  readonly #layers: readonly { readonly weight: tf.Variable; readonly bias: tf.Variable }[];

  constructor(floats: (name: string) => Float32Array) {
    const [weights, biases] = [floats('weights'), floats('biases')];
    const variable = (values: Float32Array, shape: number[]) => tf.tidy(() => tf.variable(tf.tensor(values, shape)));
    this.#a = tf.tensor2d(floats('a'), [2, 2]);
    this.#b = tf.tensor2d(floats('b'), [2, 2]);
    this.#layers = Array.from({ length: links }, (_, i) => ({ weight: variable(weights.slice(4 * i, 4 * i + 4), [2, 2]), bias: variable(biases.slice(2 * i, 2 * i + 2), [2]) }));
  }

  /** The results of the first three, of the chain, and the gradient of its first weight. */
  async check(): Promise<number[]> {
    const { loss, gradients } = this.#gradients();
    const [first] = this.#layers;
    const results = [tf.add(this.#a, this.#b), tf.matMul(this.#a, this.#b), tf.reshape(this.#a, [4]), tf.tidy(() => this.#chain()), ...(first ? [gradients.get(first.weight)] : [])];
    const numbers = await Promise.all(results.map(async (tensor) => (tensor === undefined ? [] : Array.from(await tensor.data()))));
    tf.dispose([loss, ...gradients.values(), ...results.filter((tensor) => tensor !== undefined)]);
    return numbers.flat();
  }

  async prepare(): Promise<Settings> {
    return Promise.resolve({});
  }

  async run(part: string, steps: number): Promise<void> {
    const operation = this.#operation(part);
    const count = steps * (part.startsWith('linear') ? chains : repeats);
    for (let i = 0; i < count; i++) operation();
    const last = tf.add(this.#a, this.#b); // waits for the device
    await last.data();
    last.dispose();
  }

  settings(): Settings {
    return { dropout: 'none', updatedParameters: 0 };
  }

  #operation(part: string): () => void {
    const [a, b] = [this.#a, this.#b];
    switch (part) {
      case 'add':
        return () => tf.add(a, b).dispose();
      case 'matMul':
        return () => tf.matMul(a, b).dispose();
      case 'reshape':
        return () => tf.reshape(a, [4]).dispose();
      case 'linear+gelu, forward':
        return () => tf.tidy(() => this.#chain()).dispose();
      case 'linear+gelu, forward+backward':
        return () => {
          const { loss, gradients } = this.#gradients();
          tf.dispose([loss, ...gradients.values()]);
        };
      default:
        throw new Error(`op-overhead has no part '${part}'`);
    }
  }

  #chain(): tf.Tensor {
    return this.#layers.reduce<tf.Tensor>((x, layer) => gelu(linear(x, layer)), this.#a);
  }

  #gradients() {
    return sweep(() => tf.sum(this.#chain()), this.#layers.flatMap(({ weight, bias }) => [weight, bias]));
  }
}
