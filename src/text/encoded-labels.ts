// Labels as the losses want them: class indices, scores, or a row of zeros and ones for each example.
// A corpus may mix labelled and unlabelled examples; what is missing is marked, never guessed.
import { printable, quoted } from '../storage/quoted.ts';
import { classIndex, type Example, type LabelSpace } from './example.ts';

/** Labels of n examples; unlabelled ones are -1, NaN, or a row of -1. */
export type EncodedLabels =
  | { readonly kind: 'single-label'; readonly names: readonly string[]; /** [n] */ readonly indices: Int32Array }
  | { readonly kind: 'regression'; /** [n] */ readonly scores: Float32Array }
  | { readonly kind: 'multi-label'; readonly names: readonly string[]; /** [n * C], 1 where a class holds, else 0 */ readonly hits: Float32Array };

/** Labels of `examples` in their order. Throws an Error that names the example whose label is not of the label space. */
export function encodeLabels(examples: readonly Example[], space: LabelSpace): EncodedLabels {
  const refuse = ({ id, label }: Example, wanted: string): Error =>
    new Error(`example ${printable(id)}: label ${quoted(label)} where ${wanted} is wanted`);
  if (space.kind === 'regression') {
    const scores = Float32Array.from(examples, (example) => {
      if (example.label === undefined) return NaN;
      if (typeof example.label !== 'number' || !Number.isFinite(example.label)) throw refuse(example, 'a score (regression)');
      return example.label;
    });
    return { kind: space.kind, scores };
  }
  const { kind, names } = space;
  if (kind === 'single-label') {
    const indices = Int32Array.from(examples, (example) => {
      if (example.label === undefined) return -1;
      if (typeof example.label !== 'string') throw refuse(example, 'one class name (single-label)');
      return classIndex(names, example.label, `example ${printable(example.id)}`);
    });
    return { kind, names, indices };
  }
  const hits = new Float32Array(examples.length * names.length);
  examples.forEach((example, row) => {
    const { id, label } = example;
    const start = row * names.length;
    if (label === undefined) hits.fill(-1, start, start + names.length);
    else if (typeof label !== 'object') throw refuse(example, 'a list of class names (multi-label)');
    else for (const name of label) hits[start + classIndex(names, name, `example ${printable(id)}`)] = 1;
  });
  return { kind, names, hits };
}

/** Examples that have a label. */
export function countLabelled(labels: EncodedLabels): number {
  switch (labels.kind) {
    case 'single-label':
      return labels.indices.reduce((count, index) => count + (index >= 0 ? 1 : 0), 0);
    case 'regression':
      return labels.scores.reduce((count, score) => count + (Number.isNaN(score) ? 0 : 1), 0);
    case 'multi-label': {
      const { hits, names: { length: classes } } = labels;
      return hits.reduce((count, hit, place) => count + (place % classes === 0 && hit >= 0 ? 1 : 0), 0);
    }
  }
}

/** The labels of some rows, in the order of `rows`. */
export function takeLabels(labels: EncodedLabels, rows: Uint32Array): EncodedLabels {
  switch (labels.kind) {
    case 'single-label':
      return { ...labels, indices: Int32Array.from(rows, (row) => labels.indices[row] ?? -1) };
    case 'regression':
      return { ...labels, scores: Float32Array.from(rows, (row) => labels.scores[row] ?? NaN) };
    case 'multi-label': {
      const classes = labels.names.length;
      const hits = new Float32Array(rows.length * classes);
      rows.forEach((row, i) => hits.set(labels.hits.subarray(row * classes, (row + 1) * classes), i * classes));
      return { ...labels, hits };
    }
  }
}

/** Labels of one corpus after another's. Throws an Error where their label spaces differ. */
export function joinLabels(a: EncodedLabels | undefined, b: EncodedLabels | undefined): EncodedLabels | undefined {
  if (a === undefined && b === undefined) return undefined;
  if (a?.kind === 'regression' && b?.kind === 'regression') return { ...a, scores: joinArrays(Float32Array, a.scores, b.scores) };
  if (a?.kind === 'single-label' && b?.kind === 'single-label' && sameNames(a.names, b.names)) {
    return { ...a, indices: joinArrays(Int32Array, a.indices, b.indices) };
  }
  if (a?.kind === 'multi-label' && b?.kind === 'multi-label' && sameNames(a.names, b.names)) return { ...a, hits: joinArrays(Float32Array, a.hits, b.hits) };
  throw new Error(`label spaces differ: ${describe(a)} and ${describe(b)}; encode both corpora with the same one (unlabelled examples are fine)`);
}

function describe(labels: EncodedLabels | undefined): string {
  if (labels === undefined) return 'none';
  return labels.kind === 'regression' ? labels.kind : `${labels.kind} of ${labels.names.join(', ')}`;
}

function sameNames(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((name, i) => name === b[i]);
}

/** `a`, then `b`. */
export function joinArrays<A extends Int32Array | Float32Array>(Kind: new (length: number) => A, a: A, b: A): A {
  const joined = new Kind(a.length + b.length);
  joined.set(a);
  joined.set(b, a.length);
  return joined;
}
