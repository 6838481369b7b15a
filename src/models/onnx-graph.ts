/**
 * Builds an ONNX graph node by node: unique names, shared constants, and the few layers a transformer is made of.
 * Linear layers are MatMul + Add with the weight transposed to [in, out], the form that int8 quantisers look for.
 * It knows no model family (`onnx-encoder.ts`, `seq2seq/onnx-sides.ts`) and no file format (`storage/onnx-model.ts`).
 */
import type { Activation } from '../nn/activation.ts';
import { type OnnxAttribute, onnxDtypes, type OnnxGraph, type OnnxNode, type OnnxTensor, type OnnxValue } from '../storage/onnx-model.ts';

/** Weights under their Hugging Face names; a linear weight is [out, in]. */
export type NamedWeights = ReadonlyMap<string, { readonly shape: readonly number[]; readonly data: Float32Array }>;

export interface LinearOptions {
  readonly inWidth: number;
  readonly outWidth: number;
  /** Whether there is a bias. Default: there is. */
  readonly biased?: boolean;
  /** Name of the result, where the graph's output needs one of its own. */
  readonly output?: string;
}

/** Added to the score of a key that is not to be seen, as transformers does: finite, so that a row without any key stays a number. */
export const lowestFloat = -3.4028234663852886e38;

export class OnnxGraphBuilder {
  /** Of the graph, or of the branch that is being built. */
  #nodes: OnnxNode[] = [];
  readonly #initializers = new Map<string, OnnxTensor>();
  readonly #nodeNames = new Map<string, number>();
  readonly #weights: NamedWeights;
  readonly #used = new Set<string>();

  constructor(weights: NamedWeights) {
    this.#weights = weights;
  }

  get nodes(): readonly OnnxNode[] {
    return this.#nodes;
  }

  get initializers(): OnnxTensor[] {
    return [...this.#initializers.values()];
  }

  /** Adds a node called `/scope/Op` (then `/scope/Op_1`, ...) and returns the name of its only output that is read: the first, or that of a place. */
  node(scope: string, op: string, inputs: readonly string[], attributes: Readonly<Record<string, OnnxAttribute>> = {}, output?: string, { place = 0 }: { place?: number } = {}): string {
    const name = this.#nameOf(scope, op);
    const produced = output ?? `${name}_output_${place}`;
    this.#nodes.push({ name, op, inputs, outputs: [...Array.from({ length: place }, () => ''), produced], attributes });
    return produced;
  }

  /** What one of two branches makes, chosen by a condition when the graph runs: as many values as `outputs`, under their names. A branch reads what stands outside it, and runs only when chosen. */
  choose(scope: string, condition: string, branches: { readonly then: () => readonly string[]; readonly else: () => readonly string[] }, outputs: readonly OnnxValue[]): void {
    const name = this.#nameOf(scope, 'If');
    const built = (branch: 'then' | 'else'): OnnxGraph => {
      const outside = this.#nodes;
      this.#nodes = [];
      const values = branches[branch]();
      const nodes = this.#nodes;
      this.#nodes = outside;
      if (values.length !== outputs.length) throw new Error(`ONNX export: a branch of ${name} gives ${values.length} values for ${outputs.length} outputs`);
      return { name: `${name}_${branch}`, nodes, initializers: [], inputs: [], outputs: outputs.map((output, place) => ({ ...output, name: values[place]! })) };
    };
    const attributes = { then_branch: { graph: built('then') }, else_branch: { graph: built('else') } };
    this.#nodes.push({ name, op: 'If', inputs: [condition], outputs: outputs.map((output) => output.name), attributes });
  }

  /** A float constant of shape [], stored once however often it is asked for. */
  scalar(value: number): string {
    return this.#store(`constant.${value}`, () => ({ shape: [], data: Float32Array.of(value) }));
  }

  /** An int64 constant: shape [n] for a list, [] for a number. */
  integers(value: number | readonly number[]): string {
    const list = typeof value === 'number' ? [value] : value;
    const data = BigInt64Array.from(list, BigInt);
    return typeof value === 'number'
      ? this.#store(`constant.int64.${value}`, () => ({ shape: [], data }))
      : this.#store(`constant.int64[${list.join(',')}]`, () => ({ shape: [list.length], data }));
  }

  /** A weight as it is stored; throws when it is missing or its shape is not the one the config asks for. */
  weight(name: string, shape: readonly number[]): string {
    const data = this.#take(name, shape);
    return this.#store(name, () => ({ shape, data }));
  }

  /** A constant made of weights, stored once under a name of its own; each weight is checked as `weight` does. */
  derived(name: string, sources: readonly (readonly [name: string, shape: readonly number[]])[], make: (values: readonly Float32Array[]) => Omit<OnnxTensor, 'name'>): string {
    const values = sources.map(([source, shape]) => this.#take(source, shape));
    return this.#store(name, () => make(values));
  }

  /** A weight [rows, columns] as [columns, rows]. */
  transposed(name: string, [rows, columns]: readonly [number, number]): string {
    return this.derived(`${name}.transposed`, [[name, [rows, columns]]], ([values = new Float32Array()]) => ({ shape: [columns, rows], data: transpose(values, rows, columns) }));
  }

  /** y [.., outWidth] = x [.., inWidth] · weightᵀ + bias, for `module.weight` [outWidth, inWidth] and `module.bias`. */
  linear(module: string, x: string, { inWidth, outWidth, biased = true, output }: LinearOptions): string {
    const scope = scopeOf(module);
    const product = this.node(scope, 'MatMul', [x, this.transposed(`${module}.weight`, [outWidth, inWidth])], {}, biased ? undefined : output);
    if (!biased) return product;
    return this.node(scope, 'Add', [product, this.weight(`${module}.bias`, [outWidth])], {}, output);
  }

  /** Layer norm over the last axis, `module.weight` and `module.bias` of shape [width]. */
  layerNorm(module: string, x: string, { width, epsilon }: { width: number; epsilon: number }): string {
    const inputs = [x, this.weight(`${module}.weight`, [width]), this.weight(`${module}.bias`, [width])];
    return this.node(scopeOf(module), 'LayerNormalization', inputs, { axis: { int: -1 }, epsilon: { float: epsilon } });
  }

  /** x / √(mean x² + ε) · weight over the last axis, `module.weight` of shape [width]. */
  rmsNorm(module: string, x: string, { width, epsilon }: { width: number; epsilon: number }): string {
    const node = (op: string, inputs: readonly string[], attributes: Readonly<Record<string, OnnxAttribute>> = {}) => this.node(scopeOf(module), op, inputs, attributes);
    const mean = node('ReduceMean', [node('Mul', [x, x])], { axes: { ints: [-1] }, keepdims: { int: 1 } });
    return node('Mul', [node('Div', [x, node('Sqrt', [node('Add', [mean, this.scalar(epsilon)])])]), this.weight(`${module}.weight`, [width])]);
  }

  /** mask int64 [B, T] -> what is added to scores [B, 1, 1, T]: 0 on real keys and the lowest float on masked ones. */
  maskBias(mask: string): string {
    const node = (op: string, inputs: readonly string[], attributes: Readonly<Record<string, OnnxAttribute>> = {}) => this.node(`/${mask}`, op, inputs, attributes);
    const kept = node('Cast', [node('Unsqueeze', [mask, this.integers([1, 2])])], { to: { int: onnxDtypes.float32 } });
    return node('Mul', [node('Sub', [this.scalar(1), kept]), this.scalar(lowestFloat)]);
  }

  /** x [.., width] · weight + bias, `module.weight` and `module.bias` of shape [width]. */
  scaleAndShift(module: string, x: string, width: number): string {
    const scaled = this.node(scopeOf(module), 'Mul', [x, this.weight(`${module}.weight`, [width])]);
    return this.node(scopeOf(module), 'Add', [scaled, this.weight(`${module}.bias`, [width])]);
  }

  /** An activation in operations of opset 17. */
  activation(scope: string, name: Activation, x: string): string {
    const node = (op: string, ...inputs: string[]) => this.node(`${scope}/activation`, op, inputs);
    switch (name) {
      case 'relu':
        return node('Relu', x);
      case 'tanh':
        return node('Tanh', x);
      case 'silu':
        return node('Mul', x, node('Sigmoid', x));
      case 'gelu': {
        // This order of nodes is the one that ONNX Runtime fuses into a single kernel.
        const erf = node('Erf', node('Div', x, this.scalar(Math.SQRT2)));
        return node('Mul', node('Mul', x, node('Add', erf, this.scalar(1))), this.scalar(0.5));
      }
      case 'gelu_new': {
        const cubed = node('Mul', node('Mul', x, x), x);
        const inner = node('Add', x, node('Mul', cubed, this.scalar(0.044715)));
        const tanh = node('Tanh', node('Mul', inner, this.scalar(Math.sqrt(2 / Math.PI))));
        return node('Mul', node('Mul', x, node('Add', tanh, this.scalar(1))), this.scalar(0.5));
      }
    }
  }

  /** Throws when a weight was never asked for: the graph would then not be the whole model. */
  requireAllUsed(): void {
    const left = [...this.#weights.keys()].filter((name) => !this.#used.has(name));
    if (left.length === 0) return;
    const shown = left.slice(0, 5).map((name) => `'${name}'`).join(', ');
    throw new Error(`ONNX export has no place for ${left.length} of the weights: ${shown}${left.length > 5 ? ', ...' : ''}`);
  }

  #nameOf(scope: string, op: string): string {
    const stem = `${scope}/${op}`;
    const uses = this.#nodeNames.get(stem) ?? 0;
    this.#nodeNames.set(stem, uses + 1);
    return uses === 0 ? stem : `${stem}_${uses}`;
  }

  #take(name: string, shape: readonly number[]): Float32Array {
    const found = this.#weights.get(name);
    if (found === undefined) throw new Error(`ONNX export: the weight '${name}' is missing`);
    const same = found.shape.length === shape.length && found.shape.every((size, axis) => size === shape[axis]);
    if (!same) {
      throw new Error(`ONNX export: the weight '${name}' is [${found.shape.join(', ')}], but the config asks for [${shape.join(', ')}]`);
    }
    this.#used.add(name);
    return found.data;
  }

  /** Made once, however often it is asked for: layers may share their weights. */
  #store(name: string, make: () => Omit<OnnxTensor, 'name'>): string {
    if (!this.#initializers.has(name)) this.#initializers.set(name, { name, ...make() });
    return name;
  }
}

/** 'bert.encoder.layer.0.output' -> '/bert/encoder/layer.0/output': the way PyTorch's exporter names scopes. */
export function scopeOf(module: string): string {
  return `/${module.replace(/\.(?!\d)/g, '/')}`;
}

function transpose(data: Float32Array, rows: number, columns: number): Float32Array {
  const out = new Float32Array(data.length);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) out[column * rows + row] = data[row * columns + column] ?? 0;
  }
  return out;
}
