/**
 * A process of its own: the first steps of the quick start's student (seed 1, its corpus, tokenizer, rows and rate) on the engine that is
 * named; prints the loss of each step as a JSON array. Arguments: engine, steps, rate of dropout.
 */
import { join } from 'node:path';
import {
  encodeSplits, type EngineName, freshConfig, freshModel, hardLabels, openTsvSplits, parseSize, plain, trainDefaults, trainWordPiece, useEngine,
} from '../../src/index.ts';

const [engine = '', stepCount = '', rate = ''] = process.argv.slice(2);
const [seed, maxTokens, steps, dropout] = [1, 48, Number(stepCount), Number(rate)];
await useEngine(engine as EngineName, { environment: process.env });
const splits = await openTsvSplits(join(import.meta.dirname, '../../corpora/opinions/sample'));
const texts = [splits.train, splits.transfer].flatMap((corpus) => corpus?.examples.map(({ text }) => text) ?? []);
const tokenizer = await trainWordPiece(texts, { size: 600, lowercase: true });
const data = await encodeSplits(splits, tokenizer, { maxTokens });
const config = freshConfig(parseSize('1x32:4'), { vocabulary: tokenizer.vocabularySize, padId: tokenizer.padId, positions: maxTokens, task: 'single-label', labels: data.names, dropout });
const student = freshModel(config, { seed });
const losses: number[] = [];
await plain({
  student, corpus: data.train.encoded, objective: hardLabels(),
  settings: { ...trainDefaults, seed, steps, learningRate: 5e-3, rows: 64, warmupSteps: 2, logEvery: 1 },
  hooks: { run: 'twenty steps', emit: (event) => void (event.kind === 'step' && losses.push(event.loss)) },
});
process.stdout.write(`${JSON.stringify(losses)}\n`);
process.exit(0); // a device in use would keep the process
