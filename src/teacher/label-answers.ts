/**
 * Answers of another system as a label store: joined to a corpus by id, every id and every count checked, so that a student learns
 * from them as from any teacher.
 */
import type { Answers } from './answers.ts';
import type { LabelSource } from './label-header.ts';
import { type StoredLabels, storeOnce } from './label-store.ts';

/** Ids and fingerprint of what is to be labelled, in order. */
export interface AnsweredCorpus {
  /** From the first, at each call. */
  readonly exampleIds: () => AsyncIterable<string> | Iterable<string>;
  readonly corpus: string;
}

export interface AnswerOptions {
  /** Folder of all stores. */
  readonly root: string;
  /** Whether examples without a line count as if the system had abstained. */
  readonly allowMissing?: boolean;
  readonly shardRows?: number;
}

/** @throws where examples have no answer, unless they may. */
export async function labelFromAnswers(answers: Answers, corpus: AnsweredCorpus, { root, allowMissing = false, shardRows = 4096 }: AnswerOptions): Promise<StoredLabels> {
  let [examples, answered, missing] = [0, 0, 0];
  const firstMissing: string[] = [];
  for await (const id of corpus.exampleIds()) {
    examples += 1;
    if (answers.byId.get(id) !== undefined) answered += 1;
    else if (!answers.byId.has(id)) {
      missing += 1;
      if (firstMissing.length < shownIds) firstMissing.push(id);
    }
  }
  if (missing > 0 && !allowMissing) throw new Error(`${answers.file}: ${missing} of ${examples} examples ${missing === 1 ? 'has' : 'have'} no line (${some(firstMissing, missing)}); answer them, or leave them out with --allow-missing`);
  if (answered === 0) throw new Error(`${answers.file}: none of the ${examples} examples has an answer`);
  const source = answerSource(answers, corpus);
  const plan = { source, voice: answers.file, examples, silent: examples - answered };
  return storeOnce(root, plan, async (writer) => {
    for await (const ids of unstored(answers, corpus, { stored: writer.stored, shardRows })) {
      const values = new Float32Array(ids.length * answers.labels.length);
      ids.forEach((id, row) => values.set(answers.byId.get(id) ?? [], row * answers.labels.length));
      await writer.append(ids, { logits: { values } });
    }
  });
}

/** The ids that are answered, those left out that are stored already, a shard at a time. */
async function* unstored({ byId }: Answers, { exampleIds }: AnsweredCorpus, { stored, shardRows }: { stored: number; shardRows: number }): AsyncGenerator<string[], void, undefined> {
  let ids: string[] = [];
  let answered = 0;
  for await (const id of exampleIds()) {
    if (byId.get(id) === undefined) continue;
    answered += 1;
    if (answered > stored) ids.push(id);
    if (ids.length < shardRows) continue;
    yield ids;
    ids = [];
  }
  if (ids.length > 0) yield ids;
}

/** Answers were made from texts, not from tokens: they fit any tokenizer. */
export function answerSource({ fingerprint, task, labels }: Answers, { corpus }: Pick<AnsweredCorpus, 'corpus'>): LabelSource {
  return { teacher: fingerprint, tokenizer: null, corpus, maxTokens: null, task, labels: [...labels] };
}

/** @throws naming answers about examples that are in none of `known`, which is mostly a sign of another corpus. */
export async function requireKnown({ file, byId }: Answers, known: AsyncIterable<string> | Iterable<string>): Promise<void> {
  const unknown = new Set(byId.keys());
  for await (const id of known) unknown.delete(id);
  if (unknown.size > 0) throw new Error(`${file}: ${unknown.size} of its ${byId.size} answers ${unknown.size === 1 ? 'is' : 'are'} about examples that the corpus does not have (${some([...unknown].slice(0, shownIds), unknown.size)}); mend the ids, or pass over them with --allow-unknown`);
}

/** Ids that a sentence names at most. */
const shownIds = 3;

function some(first: readonly string[], total: number): string {
  return `${first.join(', ')}${total > first.length ? ', …' : ''}`;
}
