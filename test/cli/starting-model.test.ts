import test from 'ava';
import { openClassifier } from '../../src/cli/model-folder.ts';
import { startCut, startFresh, startFromFolder } from '../../src/cli/starting-model.ts';
import { fingerprint } from '../../src/storage/hash.ts';
import { type Bench, openBench } from './in-process.ts';

let bench: Bench;
test.before(async () => {
  bench = await openBench();
});
test.after.always(() => bench.remove());
const labels = { kind: 'single-label', names: ['mixed', 'negative', 'positive'] } as const;

test('a fresh model has the size, the classes and the dropout asked for', async (t) => {
  const { tokenizer } = await openClassifier(bench.classifier);
  const starting = startFresh('1x24:3', { labels, tokenizer, maxTokens: 20, seed: 4, dropout: 0 });
  const { config } = await starting.start();
  t.deepEqual([config.layers, config.width, config.heads, config.positions, config.hiddenDropout], [1, 24, 3, 20, 0]);
  t.deepEqual(config.labels, labels.names);
  t.true(starting.fresh);
});

test('a start\'s identity changes with whatever changes its weights', async (t) => {
  const teacher = await openClassifier(bench.classifier);
  const cut = (layers: number[], seed = 1) => startCut(teacher, { layers, seed, maxTokens: 32 });
  const starts = [await cut([0]), await cut([1]), await cut([0, 1]), await startFromFolder(bench.classifier, { labels, seed: 1 }), await startFromFolder(bench.classifier, { labels, seed: 1, dropout: 0.3 })];
  t.is(new Set(starts.map(({ origin }) => fingerprint(origin))).size, starts.length);
  t.is(fingerprint((await cut([0])).origin), fingerprint(starts[0]?.origin));
});

test('a cut keeps the tokeniser and says where its layers come from', async (t) => {
  const teacher = await openClassifier(bench.classifier);
  const { tokenizer, layerMap, config, fresh } = await startCut(teacher, { layers: [1], seed: 1, dropout: 0.25, maxTokens: 32 });
  t.is(tokenizer, teacher.tokenizer);
  t.deepEqual(layerMap, [{ student: 'embeddings', teacher: 'embeddings' }, { student: 'layer 1', teacher: 'layer 2' }]);
  t.deepEqual([config.layers, config.hiddenDropout, fresh], [1, 0.25, false]);
});

test('a classifier keeps its own order of classes', async (t) => {
  const turned = { kind: 'single-label', names: ['positive', 'mixed', 'negative'] } as const;
  t.deepEqual((await startFromFolder(bench.classifier, { labels: turned, seed: 1 })).config.labels, labels.names);
});

test('for labels of another kind the head is fresh, and of that kind', async (t) => {
  const scored = await startFromFolder(bench.classifier, { labels: { kind: 'regression' }, seed: 1 });
  t.deepEqual([scored.config.task, scored.config.labels], ['regression', ['score']]);
  t.regex(scored.notices.join(), /fresh head/);
  const sets = await startFromFolder(bench.classifier, { labels: { kind: 'multi-label', names: labels.names }, seed: 1 });
  t.deepEqual([sets.config.task, sets.config.labels], ['multi-label', [...labels.names]]);
  t.regex(sets.notices.join(), /fresh head/, 'three classes that exclude each other are no start for three that do not');
  const { tokenizer } = await openClassifier(bench.classifier);
  t.is(startFresh('1x24:3', { labels: { kind: 'regression' }, tokenizer, maxTokens: 20, seed: 4 }).config.task, 'regression');
});
