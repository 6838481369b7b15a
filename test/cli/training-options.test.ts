import test from 'ava';
import { Command } from 'commander';
import { addTrainingOptions, rankingMetric, type TrainingOptions, trainSettings } from '../../src/cli/training-options.ts';
import { freshConfig, parseSize } from '../../src/models/size.ts';

const typed = (...words: string[]) => addTrainingOptions(new Command().exitOverride()).parse(words, { from: 'user' }).opts<TrainingOptions>();
const config = (size: string) => freshConfig(parseSize(size), { vocabulary: 100, padId: 0, positions: 16, task: 'single-label', labels: ['a', 'b'] });
const settings = (words: string[], facts: { size?: string; fresh?: boolean; examples?: number } = {}) =>
  trainSettings(typed(...words), { config: config(facts.size ?? '12x768'), fresh: facts.fresh ?? false, examples: facts.examples ?? 3200 });

test('an encoder of BERT-base\'s width: 5e-5, three epochs, a tenth of them warm-up', (t) => {
  const { learningRate, steps, warmupSteps, rows, schedule, evaluateEvery } = settings([]);
  t.deepEqual({ learningRate, steps, warmupSteps, rows, schedule, evaluateEvery }, { learningRate: 5e-5, steps: 300, warmupSteps: 30, rows: 32, schedule: 'linear', evaluateEvery: 100 });
});

test('narrow and fresh models learn faster, fresh ones longer', (t) => {
  t.is(settings([], { size: '2x128' }).learningRate, 3e-4);
  t.is(settings([], { size: '24x1024:16' }).learningRate, 5e-5);
  t.is(settings([], { size: '2x64', fresh: true }).learningRate, 0.2 / 64);
  t.is(settings([], { size: '1x16', fresh: true }).learningRate, 5e-3);
  t.is(settings([], { fresh: true }).steps, 1000);
});

test('what is typed counts', (t) => {
  const { steps, warmupSteps, learningRate, evaluateEvery, accumulation, seed, checkpointEvery } = settings(['--steps', '50', '--warmup', '0', '--learning-rate', '1e-3', '--evaluate-every', '7', '--accumulation', '2', '--seed', '0', '--checkpoint-every', '5']);
  t.deepEqual({ steps, warmupSteps, learningRate, evaluateEvery, accumulation, seed, checkpointEvery }, { steps: 50, warmupSteps: 0, learningRate: 1e-3, evaluateEvery: 7, accumulation: 2, seed: 0, checkpointEvery: 5 });
  t.is(settings(['--epochs', '0.5']).steps, 50);
  t.is(settings(['--epochs', '2'], { examples: 33 }).steps, 4);
  t.is(settings(['--steps', '5']).evaluateEvery, 5);
});

test('patience is endless unless it is typed', (t) => {
  t.like(settings([]), { patience: 0, minImprovement: 0 });
  t.like(settings(['--patience', '3', '--min-improvement', '0.002']), { patience: 3, minImprovement: 0.002 });
});

test('the score that ranks', (t) => {
  t.is(rankingMetric({}, 'single-label'), 'accuracy');
  t.is(rankingMetric({ task: 'CoLA' }, 'single-label'), 'matthews');
  t.is(rankingMetric({ task: 'MRPC' }, 'single-label'), 'f1');
  t.is(rankingMetric({ task: 'MRPC', metric: 'macroF1' }, 'single-label'), 'macroF1');
  t.is(rankingMetric({ task: 'STS-B' }, 'regression'), 'pearson');
  t.is(rankingMetric({}, 'multi-label'), 'microF1');
  t.throws(() => rankingMetric({ metric: 'accuracy' }, 'regression'), { message: '--metric accuracy: labels that are regression are ranked by pearson, spearman' });
});
