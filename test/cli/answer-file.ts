// Answers of another system about the little corpus of opinions, as a file.
import { writeFile } from 'node:fs/promises';
import { openTsvSplits } from '../../src/cli/classifier-corpus.ts';
import type { Example } from '../../src/text/example.ts';

export const classes = ['mixed', 'negative', 'positive'];

/** Every example of training and transfer text, and of the test split where asked. */
export async function opinions(corpus: string, { test = false }: { test?: boolean } = {}): Promise<Example[]> {
  const splits = await openTsvSplits(corpus);
  return [splits.train, splits.transfer, test ? splits.test : undefined].flatMap((split) => split?.examples ?? []);
}

/** A sure answer, right or not. */
export const probabilities = (place: number): Record<string, number> => Object.fromEntries(classes.map((name, index) => [name, index === place % 3 ? 0.8 : 0.1]));

/** One line for each answer. */
export async function writeAnswers(file: string, answers: readonly unknown[]): Promise<string> {
  await writeFile(file, answers.map((answer) => `${JSON.stringify(answer)}\n`).join(''));
  return file;
}
