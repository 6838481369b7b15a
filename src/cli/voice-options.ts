/**
 * Options that say how teachers are understood: answers of other systems, several teachers, folders that hold two models.
 */
import { type Command, Option } from 'commander';
import type { LabelKind, LabelSpace } from '../text/example.ts';
import { wordList } from './option-values.ts';
import { refuseOptions } from './unused-options.ts';
import type { Voice, VoiceContext } from './voice.ts';

export interface VoiceReadingOptions {
  readonly onnx?: boolean;
  readonly classes?: readonly string[];
  readonly abstain?: readonly string[];
  readonly allowMissing?: boolean;
  readonly allowUnknown?: boolean;
  readonly task?: string;
  readonly labelKind?: LabelKind;
}

export function addVoiceOptions(command: Command): Command {
  return command
    .option('--onnx', 'take the ONNX file of a folder that holds both kinds of weights')
    .option('--classes <names>', 'the classes of a file of answers, in the order of its numbers, as negative,positive', wordList)
    .option('--abstain <words>', 'labels in a file of answers that mean "no answer", as unsure,none', wordList)
    .option('--allow-missing', 'examples that a file of answers leaves out are passed over')
    .option('--allow-unknown', 'answers about examples that the corpus has not are passed over');
}

export function addMeanOption(command: Command): Command {
  return command.addOption(new Option('--mean <kind>', 'how several teachers become one: the mean of their probabilities, or of their logits').choices(['arithmetic', 'geometric']).default('arithmetic'));
}

/** The words on the command line: teachers, and the corpus last. @throws (wrong use) for fewer than two. */
export function teachersAndCorpus(command: Command, words: readonly string[]): { teachers: string[]; corpus: string } {
  const corpus = words.at(-1);
  if (words.length < 2 || corpus === undefined) command.error(`error: missing required argument '${words.length === 0 ? 'teacher' : 'corpus'}'`);
  return { teachers: words.slice(0, -1), corpus };
}

/** @throws (wrong use) for options that none of these teachers hears. */
export function refuseUnheard(command: Command, voices: readonly Voice[]): void {
  const isThere = (...kinds: readonly Voice['kind'][]) => voices.some(({ kind }) => kinds.includes(kind));
  if (!isThere('answers')) refuseOptions(command, ['classes', 'abstain', 'allowMissing', 'allowUnknown'], 'they are about files of answers, and no teacher is one');
  if (!isThere('onnx')) refuseOptions(command, ['onnx'], 'no teacher is a model\'s folder');
  if (voices.length === 1) refuseOptions(command, ['mean'], 'there is only one teacher');
}

/** The classes of a GLUE task have an order of their own; those that are found in a file have none. */
export function voiceContext(corpus: LabelSpace | undefined, { onnx, classes, abstain, task, labelKind }: VoiceReadingOptions): VoiceContext {
  const known = task !== undefined && corpus !== undefined && 'names' in corpus ? corpus.names : undefined;
  return { corpus, kind: labelKind, order: classes ?? known, abstentions: abstain, onnx };
}
