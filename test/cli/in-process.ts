// Commands without a process: a door that remembers what was said, and a folder with a corpus and an untrained classifier.
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { Command } from 'commander';
import type { Console } from '../../src/cli/console.ts';
import type { Door } from '../../src/cli/door.ts';
import { freshModel } from '../../src/models/model.ts';
import { saveModel } from '../../src/models/save.ts';
import { freshConfig, parseSize } from '../../src/models/size.ts';
import { openTsvSplits } from '../../src/cli/classifier-corpus.ts';
import { trainWordPiece } from '../../src/text/train-word-piece.ts';
import { layOpinions } from '../walks/workplace.ts';
import { startEngine } from '../engine-under-test.ts';

export interface Heard {
  readonly said: string[];
  readonly noted: string[];
  readonly answered: unknown[];
}

export function openRecorder(): { console: Console; heard: Heard } {
  const heard: Heard = { said: [], noted: [], answered: [] };
  const console: Console = {
    say: (text) => void heard.said.push(text),
    note: (text) => void heard.noted.push(text),
    answer: (value) => void heard.answered.push(value),
    count: () => () => undefined,
    live: { stream: { write: () => undefined } },
  };
  return { console, heard };
}

/** Tokenised text of this test file's commands. */
const tokens = join(tmpdir(), `retort-tokens-${randomUUID()}`);
test.after.always(() => rm(tokens, { recursive: true, force: true }));

/** Runs one command. Rejects with what it throws: a CommanderError for wrong use. */
export async function ask(add: (program: Command, door: Door) => void, ...words: string[]): Promise<Heard> {
  const { console, heard } = openRecorder();
  const program = new Command('retort').exitOverride().configureOutput({ writeOut: () => undefined, writeErr: () => undefined });
  add(program, { console: () => console, signal: new AbortController().signal, command: 'retort', verbose: () => false });
  const caches = program.commands.some(({ options }) => options.some(({ long }) => long === '--cache')) && !words.includes('--cache') && !words.includes('--translation');
  await program.parseAsync([...words, ...(caches ? ['--cache', tokens] : [])], { from: 'user' });
  return heard;
}

export interface Bench {
  readonly folder: string;
  readonly corpus: string;
  /** Three classes, 2 layers of 16, 32 positions. */
  readonly classifier: string;
  remove(): Promise<void>;
}

export async function openBench({ labels }: { labels?: readonly string[] } = {}): Promise<Bench> {
  const folder = await mkdtemp(join(tmpdir(), 'retort-bench-'));
  const [corpus, classifier] = [join(folder, 'opinions'), join(folder, 'classifier')];
  await layOpinions(corpus);
  const splits = await openTsvSplits(corpus);
  const tokenizer = await trainWordPiece(splits.train.examples.map(({ text }) => text), { size: 300, lowercase: true });
  await startEngine();
  const names = labels ?? ('names' in splits.labels ? splits.labels.names : []);
  const config = freshConfig(parseSize('2x16:2'), { vocabulary: tokenizer.vocabularySize, padId: tokenizer.padId, positions: 32, task: 'single-label', labels: names });
  await saveModel(classifier, freshModel(config, { seed: 1 }), { tokenizer, card: { name: 'classifier', story: [] }, onnx: false });
  return { folder, corpus, classifier, remove: () => rm(folder, { recursive: true, force: true }) };
}
