import test from 'ava';
import { leaks } from '../../src/engine/memory.ts';
import { modelLatency, spreadRows } from '../../src/evaluate/model-latency.ts';
import type { Model } from '../../src/models/model.ts';
import { tinyModel } from '../models/tiny-model.ts';
import { tinyCorpus, withoutLabels } from '../teacher/tiny-corpus.ts';
import { startEngine } from '../engine-under-test.ts';

test.before(startEngine);

/** A model that remembers which examples it saw. */
function watched(seen: string[]): Model {
  const model = tinyModel();
  return { ...model, forward: (batch, wants, mode) => {
    seen.push(batch.exampleIds.join());
    return model.forward(batch, wants, mode);
  } };
}

test('rows are spread evenly, each at most once', (t) => {
  t.deepEqual(spreadRows(10, 5), [1, 3, 5, 7, 9]);
  t.deepEqual(spreadRows(3, 50), [0, 1, 2]);
  t.deepEqual(spreadRows(7, 2), [1, 5]);
  t.throws(() => spreadRows(0, 5), { message: 'there is no example to time a model on' });
});

test('one example at a time, each timed once', async (t) => {
  const seen: string[] = [];
  const latency = await modelLatency(watched(seen), withoutLabels(tinyCorpus(8)), { warmup: 1, repeats: 4 });
  t.deepEqual(seen, ['e1', 'e3', 'e5', 'e7', 'e1']);
  t.true(latency.p50Ms <= latency.p90Ms && latency.p90Ms <= latency.p99Ms);
});

test('a corpus smaller than the repeats is gone through again: nothing is timed at nothing', async (t) => {
  const seen: string[] = [];
  await modelLatency(watched(seen), tinyCorpus(2), { warmup: 5, repeats: 6 });
  t.is(seen.length, 11);
  t.deepEqual([...new Set(seen.slice(5))].sort(), ['e0', 'e1']);
});

test.serial('it leaves no tensor behind', async (t) => {
  const [model, corpus] = [tinyModel(), tinyCorpus(4)];
  t.deepEqual(await leaks(async () => void (await modelLatency(model, corpus, { warmup: 1, repeats: 3 }))), { tensors: 0, buffers: 0 });
});
