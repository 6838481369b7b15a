/**
 * A model's trainable tensors under their Hugging Face names: declared as a list of shapes, filled from a checkpoint or freshly
 * from keyed randomness.
 */
import { type Key, fold, normals } from '../engine/random.ts';
import * as tf from '../engine/tf.ts';

export interface ParameterSpec {
  readonly name: string;
  readonly shape: readonly number[];
  /** Fresh values: normal with the model's initialiser range, zeros (biases), ones (norm weights), or of the spec's own. */
  readonly initial: 'normal' | 'zeros' | 'ones' | { readonly deviation: number } | { readonly constant: number };
  /** A row of zeros in a fresh table: the padding token's. */
  readonly zeroRow?: number;
  /** Whether the optimiser leaves that row alone, however it is used. */
  readonly holdsZeroRow?: boolean;
  /** Whether the optimiser leaves it alone: a state that is kept, not learned. */
  readonly fixed?: true;
}

let models = 0;

export class Parameters {
  readonly #variables = new Map<string, tf.Variable>();
  readonly #heldRows = new Map<tf.Variable, number>();

  readonly #model = models++; // tfjs wants variable names unique in the process; two models share theirs

  /** One variable per spec; `values` must give as many numbers as the shape holds. */
  constructor(specs: readonly ParameterSpec[], values: (spec: ParameterSpec) => Float32Array) {
    for (const spec of specs) this.#add(spec, values(spec));
  }

  /** The same from values that are read one after the other. */
  static async load(specs: readonly ParameterSpec[], values: (spec: ParameterSpec) => Promise<Float32Array>): Promise<Parameters> {
    const parameters = new Parameters([], () => new Float32Array());
    try {
      for (const spec of specs) parameters.#add(spec, await values(spec));
      return parameters;
    } catch (error) {
      parameters.dispose();
      throw error;
    }
  }

  #add({ name, shape, fixed, zeroRow, holdsZeroRow }: ParameterSpec, data: Float32Array): void {
    const size = shape.reduce((product, side) => product * side, 1);
    if (data.length !== size) throw new Error(`${name}: ${data.length} numbers do not fill [${shape.join(', ')}]`);
    const tensor = tf.tensor(data, [...shape], 'float32');
    const variable = tf.variable(tensor, fixed !== true, `${this.#model}/${name}`);
    this.#variables.set(name, variable);
    if (zeroRow !== undefined && holdsZeroRow === true) this.#heldRows.set(variable, zeroRow);
    tensor.dispose();
  }

  get(name: string): tf.Variable {
    const variable = this.#variables.get(name);
    if (variable === undefined) throw new Error(`the model has no parameter called '${name}'`);
    return variable;
  }

  /** Weight and bias of a linear layer or norm. */
  pair(module: string): { weight: tf.Variable; bias: tf.Variable } {
    return { weight: this.get(`${module}.weight`), bias: this.get(`${module}.bias`) };
  }

  entries(): IterableIterator<[string, tf.Variable]> {
    return this.#variables.entries();
  }

  /** Those that the optimiser moves. */
  get learned(): [string, tf.Variable][] {
    return [...this.#variables].filter(([, { trainable }]) => trainable);
  }

  /** Rows of tables that the optimiser leaves alone. */
  get heldRows(): ReadonlyMap<tf.Variable, number> {
    return this.#heldRows;
  }

  /** Does `work` while the named ones are left alone by the optimiser, whatever else it learns. */
  async freezing<T>(names: readonly string[], work: () => Promise<T>): Promise<T> {
    const held = names.map((name) => this.get(name)).filter(({ trainable }) => trainable);
    for (const variable of held) variable.trainable = false;
    try {
      return await work();
    } finally {
      for (const variable of held) variable.trainable = true;
    }
  }

  get names(): string[] {
    return [...this.#variables.keys()];
  }

  /** How many numbers the model holds. */
  get count(): number {
    return [...this.#variables.values()].reduce((sum, { size }) => sum + size, 0);
  }

  /** A copy on the host, by name. */
  async read(): Promise<Map<string, { shape: number[]; data: Float32Array }>> {
    const copies = new Map<string, { shape: number[]; data: Float32Array }>();
    for (const [name, variable] of this.#variables) copies.set(name, { shape: variable.shape, data: (await variable.data()) as Float32Array });
    return copies;
  }

  /** Replaces the values of every parameter; names and sizes must be exactly these. */
  assign(values: ReadonlyMap<string, Float32Array>): void {
    for (const [name, variable] of this.#variables) {
      const data = values.get(name);
      if (data?.length !== variable.size) throw new Error(`${name}: no ${variable.size} numbers to assign`);
      tf.tidy(() => variable.assign(tf.tensor(data, variable.shape, 'float32')));
    }
  }

  dispose(): void {
    for (const variable of this.#variables.values()) variable.dispose();
    this.#variables.clear();
    this.#heldRows.clear();
  }
}

/** Fresh values for a spec; the same key and name give the same numbers, whatever else the model has. */
export function freshValues(spec: ParameterSpec, key: Key, deviation: number): Float32Array {
  const size = spec.shape.reduce((product, side) => product * side, 1);
  if (spec.initial === 'zeros') return new Float32Array(size);
  if (spec.initial === 'ones') return new Float32Array(size).fill(1);
  if (typeof spec.initial === 'object' && 'constant' in spec.initial) return new Float32Array(size).fill(spec.initial.constant);
  const values = normals(size, fold(key, spec.name), spec.initial === 'normal' ? deviation : spec.initial.deviation);
  if (spec.zeroRow !== undefined) {
    const width = spec.shape.at(-1) ?? 0;
    values.fill(0, spec.zeroRow * width, (spec.zeroRow + 1) * width);
  }
  return values;
}

/** Specs of a linear layer's weight [out, in] and bias [out]. */
export function linearSpecs(module: string, outputs: number, inputs: number, initial: ParameterSpec['initial'] = 'normal'): ParameterSpec[] {
  return [
    { name: `${module}.weight`, shape: [outputs, inputs], initial },
    { name: `${module}.bias`, shape: [outputs], initial: 'zeros' },
  ];
}

/** Specs of a layer norm's weight and bias [width]. */
export function normSpecs(module: string, width: number): ParameterSpec[] {
  return [
    { name: `${module}.weight`, shape: [width], initial: 'ones' },
    { name: `${module}.bias`, shape: [width], initial: 'zeros' },
  ];
}
