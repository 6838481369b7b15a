/**
 * Answers of another system as a label store: joined to a corpus by id, every id and every count checked, so that a student learns
 * from them as from any teacher.
 */
import type { Answers } from './answers.ts';
import type { LabelSource } from './label-header.ts';
import { type StoredLabels, storeOnce } from './label-store.ts';

/** Ids and fingerprint of what is to be labelled, in order. */
export interface AnsweredCorpus {
  readonly exampleIds: readonly string[];
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
  const { exampleIds } = corpus;
  const missing = exampleIds.filter((id) => !answers.byId.has(id));
  if (missing.length > 0 && !allowMissing) throw new Error(`${answers.file}: ${counted(missing, exampleIds.length)} no line (${some(missing)}); answer them, or leave them out with --allow-missing`);
  const answered = exampleIds.filter((id) => answers.byId.get(id) !== undefined);
  if (answered.length === 0) throw new Error(`${answers.file}: none of the ${exampleIds.length} examples has an answer`);
  const source = answerSource(answers, corpus);
  const plan = { source, voice: answers.file, examples: exampleIds.length, silent: exampleIds.length - answered.length };
  return storeOnce(root, plan, async (writer) => {
    while (!writer.complete) {
      const ids = answered.slice(writer.stored, writer.stored + shardRows);
      const values = new Float32Array(ids.length * answers.labels.length);
      ids.forEach((id, row) => values.set(answers.byId.get(id) ?? [], row * answers.labels.length));
      await writer.append(ids, { logits: { values } });
    }
  });
}

/** Answers were made from texts, not from tokens: they fit any tokenizer. */
export function answerSource({ fingerprint, task, labels }: Answers, { corpus }: Pick<AnsweredCorpus, 'corpus'>): LabelSource {
  return { teacher: fingerprint, tokenizer: null, corpus, maxTokens: null, task, labels: [...labels] };
}

/** @throws naming answers about examples that are in none of `known`, which is mostly a sign of another corpus. */
export function requireKnown({ file, byId }: Answers, known: ReadonlySet<string>): void {
  const unknown = [...byId.keys()].filter((id) => !known.has(id));
  if (unknown.length > 0) throw new Error(`${file}: ${unknown.length} of its ${byId.size} answers ${unknown.length === 1 ? 'is' : 'are'} about examples that the corpus does not have (${some(unknown)}); mend the ids, or pass over them with --allow-unknown`);
}

function counted(ids: readonly string[], total: number): string {
  return `${ids.length} of ${total} examples ${ids.length === 1 ? 'has' : 'have'}`;
}

/** The first few. */
function some(ids: readonly string[]): string {
  return `${ids.slice(0, 3).join(', ')}${ids.length > 3 ? ', …' : ''}`;
}
