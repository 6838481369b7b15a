/**
 * The reverse sweep: runs a loss with the tape open and walks the tape backwards, freeing each gradient and each saved tensor
 * as soon as it has been used, and announcing every parameter's gradient the moment it is complete, so that communication
 * can start while the sweep goes on. Same sums as `tf.variableGrads`, which the tests hold it against.
 */
import { accumulated } from './fused/accumulate.ts';
import { isFused } from './fused/fused-op.ts';
import * as tf from './tf.ts';

/** The parts of tfjs-core's tape that the sweep walks; private there, pinned with the version. */
interface TapeNode {
  readonly kernelName: string;
  readonly inputs: Readonly<Record<string, tf.Tensor>>;
  readonly outputs: readonly tf.Tensor[];
  readonly saved?: readonly tf.Tensor[];
  readonly gradient?: (dys: readonly (tf.Tensor | null)[]) => Readonly<Record<string, () => tf.Tensor>>;
}
interface Tape {
  startTape(): void;
  endTape(): void;
  readonly state: { activeTape: TapeNode[] | null; gradientDepth: number };
}

export interface Sweep {
  /** The value of the loss; the caller owns it. */
  readonly loss: tf.Scalar;
  /** One gradient per variable that the loss depends on; the caller owns them. */
  readonly gradients: Map<tf.Variable, tf.Tensor>;
}

/**
 * @param onGradient called in the order in which gradients become final (the last layers first).
 * @throws if an operation on the way from a variable to the loss has no gradient.
 */
export function sweep(
  loss: () => tf.Scalar,
  variables: readonly tf.Variable[],
  { onGradient }: { onGradient?: (variable: tf.Variable, gradient: tf.Tensor) => void } = {},
): Sweep {
  const { value, tape } = record(loss);
  const gradients = new Map<tf.Variable, tf.Tensor>();
  const sums = new Map<number, tf.Tensor>([[value.id, tf.onesLike(value)]]);
  const needed = dependents(tape, variables);
  const finalAt = firstUses(tape, variables);
  try {
    for (let index = tape.length - 1; index >= 0; index--) {
      const node = tape[index];
      if (node === undefined) continue;
      backpropagate(node, sums, needed);
      for (const tensor of node.saved ?? []) tensor.dispose();
      for (const variable of finalAt.get(index) ?? []) {
        const gradient = sums.get(variable.id);
        if (gradient === undefined) continue;
        sums.delete(variable.id);
        gradients.set(variable, gradient);
        onGradient?.(variable, gradient);
      }
    }
  } catch (error) {
    freeSaved(tape);
    tf.dispose([...gradients.values(), value]);
    throw error;
  } finally {
    tf.dispose([...sums.values()]);
  }
  return { loss: value, gradients };
}

function record(loss: () => tf.Scalar): { value: tf.Scalar; tape: TapeNode[] } {
  const recorder = tf.engine() as unknown as Tape;
  recorder.startTape();
  try {
    const value = tf.tidy(loss);
    return { value, tape: recorder.state.activeTape ?? [] };
  } catch (error) {
    freeSaved(recorder.state.activeTape ?? []); // no scope owns them
    throw error;
  } finally {
    recorder.endTape();
    if (recorder.state.gradientDepth === 0) recorder.state.activeTape = null;
  }
}

function freeSaved(tape: readonly TapeNode[]): void {
  for (const { saved } of tape) for (const tensor of saved ?? []) if (!tensor.isDisposed) tensor.dispose();
}

/** Ids of the tensors that depend on a variable: only they need gradients. */
function dependents(tape: readonly TapeNode[], variables: readonly tf.Variable[]): Set<number> {
  const ids = new Set(variables.map(({ id }) => id));
  for (const { inputs, outputs } of tape) {
    if (Object.values(inputs).some(({ id }) => ids.has(id))) for (const { id } of outputs) ids.add(id);
  }
  return ids;
}

/** Tape index -> variables whose first use is there: going backwards, that is where their gradient is complete. */
function firstUses(tape: readonly TapeNode[], variables: readonly tf.Variable[]): Map<number, tf.Variable[]> {
  const unseen = new Map(variables.map((variable) => [variable.id, variable]));
  const uses = new Map<number, tf.Variable[]>();
  tape.forEach((node, index) => {
    for (const { id } of Object.values(node.inputs)) {
      const variable = unseen.get(id);
      if (variable === undefined) continue;
      unseen.delete(id);
      uses.set(index, [...(uses.get(index) ?? []), variable]);
    }
  });
  return uses;
}

function backpropagate(node: TapeNode, sums: Map<number, tf.Tensor>, needed: ReadonlySet<number>): void {
  const dys = node.outputs.map(({ id }) => sums.get(id) ?? null);
  if (dys.every((dy) => dy === null)) return;
  const wanted = Object.entries(node.inputs).filter(([, { id }]) => needed.has(id));
  if (wanted.length > 0) {
    if (node.gradient === undefined) throw new Error(`${node.kernelName} has no gradient, but the loss reaches a parameter through it`);
    const { gradient } = node;
    const dxs = tf.tidy(() => {
      const thunks = gradient(isFused(node.kernelName) ? firstOnly(node, dys) : dys);
      return wanted.map(([name, input]) => {
        const dx = thunks[name]?.();
        if (dx === undefined) throw new Error(`${node.kernelName} gives no gradient for its input ${name}`);
        if (dx.shape.join() !== input.shape.join()) {
          throw new Error(`${node.kernelName} gives its input ${name} [${input.shape.join(', ')}] a gradient of shape [${dx.shape.join(', ')}]`);
        }
        // A gradient function may hand its dy through; the sum needs a handle of its own, because dy is freed below.
        return [input.id, dys.includes(dx) ? tf.clone(dx) : dx] as const;
      });
    }) as unknown as (readonly [number, tf.Tensor])[];
    for (const [id, dx] of dxs) accumulate(sums, id, dx);
  }
  for (const { id } of node.outputs) {
    sums.get(id)?.dispose();
    sums.delete(id);
  }
}

/** tfjs fills an absent dy with zeros of its output's size, made in JavaScript; the gradients of fused operations read none but the first. */
function firstOnly({ kernelName }: TapeNode, dys: readonly (tf.Tensor | null)[]): readonly (tf.Tensor | null)[] {
  return dys.map((dy, place) => {
    if (place === 0) return dy;
    if (dy !== null) throw new Error(`${kernelName}: a loss reaches output ${place + 1}, but only the first can be differentiated`);
    return tf.scalar(0);
  });
}

function accumulate(sums: Map<number, tf.Tensor>, id: number, dx: tf.Tensor): void {
  const before = sums.get(id);
  if (before === undefined) {
    sums.set(id, dx);
    return;
  }
  sums.set(id, accumulated(before, dx));
}
