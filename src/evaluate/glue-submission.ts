/**
 * The files that GLUE's server takes (gluebenchmark.com, "How to submit"): one per test split, `index<TAB>prediction`, every row of the
 * split in its order, indices from 0. Classes are written as the task's own files write them (0 and 1, or words), scores of STS-B as
 * numbers in 0..5. AX, the diagnostic set, is answered by an MNLI model. What the server would refuse is refused here.
 */
import { join } from 'node:path';
import { writeFileAtomically } from '../storage/atomic.ts';
import { glueTask } from '../text/glue.ts';
import { predictedClasses, rowsOf } from './classification.ts';

export interface SubmissionFile {
  /** The file is called this, and `.tsv`. */
  readonly name: string;
  /** Whose classes it holds; AX has MNLI's. */
  readonly task: string;
  /** The split that is answered; absent for AX, which is no split of a task. */
  readonly split?: string;
  /** Rows of the test split as distributed. */
  readonly examples: number;
}

export const submissionFiles: readonly SubmissionFile[] = [
  { name: 'CoLA', task: 'CoLA', split: 'test', examples: 1063 },
  { name: 'SST-2', task: 'SST-2', split: 'test', examples: 1821 },
  { name: 'MRPC', task: 'MRPC', split: 'test', examples: 1725 },
  { name: 'STS-B', task: 'STS-B', split: 'test', examples: 1379 },
  { name: 'QQP', task: 'QQP', split: 'test', examples: 390_965 },
  { name: 'MNLI-m', task: 'MNLI', split: 'test-matched', examples: 9796 },
  { name: 'MNLI-mm', task: 'MNLI', split: 'test-mismatched', examples: 9847 },
  { name: 'QNLI', task: 'QNLI', split: 'test', examples: 5463 },
  { name: 'RTE', task: 'RTE', split: 'test', examples: 3000 },
  { name: 'WNLI', task: 'WNLI', split: 'test', examples: 146 },
  { name: 'AX', task: 'MNLI', examples: 1104 },
];

/** What a model says of a test split, in the order of its rows. */
export interface Answers {
  /** [N, C] row-major; C is 1 for STS-B. */
  readonly logits: ArrayLike<number>;
  /** What the model calls its classes, in its order; they are matched with the task's by name. Any one name for STS-B. */
  readonly labels: readonly string[];
}

/** The text of one file. Throws as `checkSubmission` does, and for an answer that is no number. */
export function submissionText(name: string, { logits, labels }: Answers): string {
  const examples = glueTask(submissionFile(name).task).labels.kind === 'regression' ? logits.length : rowsOf(logits, labels.length);
  const words = checkSubmission(name, { examples, labels });
  const predictions = words === undefined ? Array.from(logits, writtenScore) : Array.from(predictedClasses(logits, labels.length), (prediction) => words[prediction] ?? '');
  return `index\tprediction\n${predictions.map((prediction, index) => `${index}\t${prediction}\n`).join('')}`;
}

/**
 * How the file writes each of the model's classes, in the model's order; undefined for STS-B. Costs nothing: ask before the model runs.
 * @throws for another number of rows than the split has, and for classes that the task does not have.
 */
export function checkSubmission(name: string, { examples, labels }: { examples: number; labels: readonly string[] }): string[] | undefined {
  const file = submissionFile(name);
  if (examples !== file.examples) throw new Error(`${name}.tsv wants ${file.examples} predictions, one for each row of the test split, not ${examples}`);
  const { labels: space, written } = glueTask(file.task);
  if (space.kind === 'regression') {
    if (labels.length !== 1) throw new Error(`${name}.tsv wants a score, but the model answers ${labels.join(', ')}`);
    return undefined;
  }
  const words = labels.flatMap((label) => (written ?? space.names)[space.names.indexOf(label)] ?? []);
  if (labels.length !== space.names.length || new Set(words).size !== labels.length) {
    throw new Error(`${name}.tsv wants the classes ${space.names.join(', ')}, but the model answers ${labels.join(', ')}; name its classes so (id2label in config.json)`);
  }
  return words;
}

function submissionFile(name: string): SubmissionFile {
  const file = submissionFiles.find((candidate) => candidate.name === name);
  if (file === undefined) throw new Error(`GLUE takes no file ${JSON.stringify(name)}; it takes ${submissionFiles.map((known) => known.name).join(', ')}`);
  return file;
}

/** Writes `folder/NAME.tsv`, whole or not at all, and returns its path. Throws as `submissionText` does. */
export async function writeSubmission(folder: string, name: string, answers: Answers): Promise<string> {
  const text = submissionText(name, answers);
  const path = join(folder, `${name}.tsv`);
  await writeFileAtomically(path, [Buffer.from(text)]);
  return path;
}

/** Similarity runs from 0 to 5; a model may answer beyond. */
function writtenScore(answer: number, index: number): string {
  if (!Number.isFinite(answer)) throw new Error(`the answer to example ${index} is ${answer}: the model diverged`);
  return Math.min(5, Math.max(0, answer)).toFixed(6);
}
