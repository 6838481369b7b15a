/**
 * Answers of another system (a language model's, an interface's, a person's) as a JSON Lines file: each line an object with `id` and
 * one of `logits`, `probs` and `label` (the one that says most counts where there are several), null where there is no answer.
 */
import { createHash } from 'node:crypto';
import { parseJson } from '../storage/json.ts';
import { printable, quoted } from '../storage/quoted.ts';
import { readLines } from '../text/lines.ts';
import { type AnswerKind, type AnswerSpace, fromLabel, fromLogits, fromProbabilities } from './answer-values.ts';

export interface Answers {
  readonly file: string;
  readonly task: AnswerSpace['task'];
  readonly labels: readonly string[];
  /** Logits [C] by example id; undefined where the system abstained. */
  readonly byId: ReadonlyMap<string, Float32Array | undefined>;
  /** How many answers of each kind there are. */
  readonly kinds: Readonly<Record<AnswerKind, number>>;
  /** Over ids, classes and values: the same answers, however they are written, have the same. */
  readonly fingerprint: string;
}

/** The names a field goes by; `predict` writes `probabilities` and `score`. */
const fields: readonly [kind: AnswerKind, names: readonly string[]][] = [
  ['logits', ['logits']],
  ['probabilities', ['probs', 'probabilities']],
  ['label', ['label', 'labels', 'score']],
];

/** @throws one sentence with file and line: no JSON object, no id, an id that came before, an answer that does not fit the classes. */
export async function readAnswers(file: string, space: AnswerSpace): Promise<Answers> {
  const byId = new Map<string, Float32Array | undefined>();
  const linesOf = new Map<string, number>();
  const kinds = { logits: 0, probabilities: 0, label: 0 };
  const hash = createHash('sha256').update(JSON.stringify([space.task, space.labels]));
  for await (const { number, text } of readLines(file)) {
    if (text.trim() === '') continue;
    const place = `${file}:${number}`;
    const { id, kind, logits } = readAnswer(parseJson(text, file, number), place, space);
    const earlier = linesOf.get(id);
    if (earlier !== undefined) throw new Error(`${place}: the id ${quoted(id)} was answered on line ${earlier} already; keep one answer for each`);
    linesOf.set(id, number);
    byId.set(id, logits);
    if (logits !== undefined) kinds[kind] += 1;
    hash.update(JSON.stringify([id, logits === undefined ? null : [...logits]]));
  }
  if (byId.size === 0) throw new Error(`${file}: it holds no answers; write one JSON object a line, with "id" and "label", "probs" or "logits"`);
  return { file, task: space.task, labels: space.labels, byId, kinds, fingerprint: hash.digest('hex') };
}

interface Answer {
  readonly id: string;
  readonly kind: AnswerKind;
  readonly logits: Float32Array | undefined;
}

function readAnswer(value: unknown, place: string, space: AnswerSpace): Answer {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Error(`${place}: not a JSON object; write {"id": …, "label": …}`);
  const answer = value as Readonly<Record<string, unknown>>;
  const { id } = answer;
  if ((typeof id !== 'string' || id === '') && typeof id !== 'number') throw new Error(`${place}: no "id" of an example`);
  const given = fields.flatMap(([kind, names]) => names.flatMap((name) => (Object.hasOwn(answer, name) ? [{ kind, value: answer[name] }] : [])));
  const [first] = given;
  if (first === undefined) throw new Error(`${place}: no answer about example ${printable(String(id))}: "label", "probs" or "logits" is missing (null where there is none)`);
  const said = given.find((one) => one.value !== null) ?? first;
  try {
    const logits = said.value === null ? undefined : logitsOf(said, space);
    return { id: String(id), kind: said.kind, logits: logits && Float32Array.from(logits) };
  } catch (error) {
    throw new Error(`${place}: example ${printable(String(id))}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}

function logitsOf({ kind, value }: { kind: AnswerKind; value: unknown }, space: AnswerSpace): number[] | undefined {
  switch (kind) {
    case 'logits':
      return fromLogits(value, space);
    case 'probabilities':
      return fromProbabilities(value, space);
    case 'label':
      return fromLabel(value, space);
  }
}
