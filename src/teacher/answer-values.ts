/**
 * One answer of another system in logits: from probabilities, from logits or log-probabilities, or from a bare label. A probability of 0
 * is taken as one in a million, which keeps logits finite; a bare label is a probability of 1.
 */
import { quoted } from '../storage/quoted.ts';
import type { LabelSource } from './label-header.ts';

/** Which classes there are, and how an answer may name them. */
export interface AnswerSpace {
  readonly task: LabelSource['task'];
  /** In the order of the logits; one name for a score. */
  readonly labels: readonly string[];
  /** Whether the order of `labels` is known to whoever answered: only then may classes be numbers, and probabilities a plain list. */
  readonly ordered: boolean;
  /** Answers that mean "no answer". */
  readonly abstentions?: readonly string[];
}

/** The fields of an answer, the one that says most first. */
export type AnswerKind = 'logits' | 'probabilities' | 'label';

const smallest = 1e-6;
/** How far from 1 probabilities may sum: interfaces round to two digits. */
const roundedBy = 0.011;

/** Logits [C] of a `probs` field. @throws a sentence that says what is wrong. */
export function fromProbabilities(value: unknown, space: AnswerSpace): number[] {
  if (space.task === 'regression') throw new Error('a score has no probabilities; give it as "label"');
  const numbers = listed(value, space, 'probs', 0);
  const outside = numbers.find((one) => !(one >= 0 && one <= 1));
  if (outside !== undefined) throw new Error(`${outside} is no probability`);
  if (space.task === 'multi-label') return numbers.map(logit);
  const sum = numbers.reduce((total, one) => total + one, 0);
  if (Math.abs(sum - 1) > roundedBy) throw new Error(`the probabilities sum to ${Number(sum.toFixed(4))}, not to 1; give all classes, or "logits"`);
  return logs(numbers);
}

/** Logits [C] of a `logits` field: log-probabilities are as good. */
export function fromLogits(value: unknown, space: AnswerSpace): number[] {
  const numbers = listed(value, space, 'logits');
  const outside = numbers.find((one) => !Number.isFinite(Math.fround(one)));
  if (outside !== undefined) throw new Error(`${outside} is no logit`);
  return numbers;
}

/** Logits [C] of a `label` field; undefined where it is one of the abstentions. */
export function fromLabel(value: unknown, space: AnswerSpace): number[] | undefined {
  if (isAbstention(value, space)) return undefined;
  const { task, labels } = space;
  if (task === 'regression') {
    const score = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
    if (typeof score !== 'number' || !Number.isFinite(Math.fround(score))) throw new Error(`${quoted(value)} is no score`);
    return [score];
  }
  const named = task === 'multi-label' ? value : [value];
  if (!Array.isArray(named)) throw new Error(`${quoted(value)} is no list of classes; several may hold at once, so "label" is a list`);
  const hits = new Set(named.map((one) => classOf(one, space)));
  const numbers = labels.map((_, index) => (hits.has(index) ? 1 : 0));
  return task === 'multi-label' ? numbers.map(logit) : logs(numbers);
}

/** The index of a class by its name, however it is capitalised, or by its number where numbers mean something. */
function classOf(value: unknown, { labels, ordered }: AnswerSpace): number {
  if (typeof value !== 'string' && typeof value !== 'number') throw new Error(`${quoted(value)} is neither the name nor the number of a class`);
  const exact = labels.indexOf(String(value));
  if (exact >= 0) return exact;
  const alike = labels.flatMap((label, index) => (plain(label) === plain(String(value)) ? [index] : []));
  if (alike.length === 1) return alike[0] ?? -1;
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value < labels.length) {
    if (ordered) return value;
    throw new Error(`class ${value} is a number, and the order of the classes is not known: give names, or say the order with --classes ${labels.join(',')}`);
  }
  throw new Error(`label ${quoted(value)} is none of the known labels: ${labels.join(', ')}`);
}

/** C numbers of a list, or of an object by class names. @param absent for classes that the object leaves out; undefined: none may be. */
function listed(value: unknown, { labels, ordered }: AnswerSpace, field: string, absent?: number): number[] {
  const numbers = (values: readonly unknown[]) => values.map((one) => {
    if (typeof one !== 'number') throw new Error(`${quoted(one)} in "${field}" is no number`);
    return one;
  });
  if (Array.isArray(value)) {
    if (value.length !== labels.length) throw new Error(`"${field}" has ${value.length} numbers for the ${labels.length} classes ${labels.join(', ')}`);
    if (!ordered && labels.length > 1) throw new Error(`"${field}" is a list, and the order of the classes is not known: name each, as {${labels.map((label) => `${JSON.stringify(label)}: …`).join(', ')}}, or say the order with --classes ${labels.join(',')}`);
    return numbers(value);
  }
  if (typeof value !== 'object' || value === null) throw new Error(`"${field}" is neither a list nor an object of numbers`);
  const found: unknown[] = labels.map(() => absent);
  for (const [name, one] of Object.entries(value)) found[classOf(name, { task: 'single-label', labels, ordered: false })] = one;
  const missing = labels.find((_, index) => found[index] === undefined);
  if (missing !== undefined) throw new Error(`"${field}" has no number for the class ${missing}`);
  return numbers(found);
}

function isAbstention(value: unknown, { abstentions = [], labels }: AnswerSpace): boolean {
  return typeof value === 'string' && !labels.includes(value) && abstentions.some((word) => plain(word) === plain(value));
}

/** log p, p not below one in a million, normalised. */
function logs(probabilities: readonly number[]): number[] {
  const raised = probabilities.map((one) => Math.max(one, smallest));
  const sum = raised.reduce((total, one) => total + one, 0);
  return raised.map((one) => Math.log(one / sum));
}

function logit(probability: number): number {
  const inside = Math.min(Math.max(probability, smallest), 1 - smallest);
  return Math.log(inside / (1 - inside));
}

function plain(name: string): string {
  return name.trim().toLowerCase();
}
