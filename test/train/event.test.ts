import test from 'ava';
import type { TrainEvent } from '../../src/train/event.ts';
import { temporaryFolder } from '../storage/temporary-folder.ts';
import * as tf from '../../src/engine/tf.ts';
import { changedLoss, run } from './lesson.ts';
import { startEngine } from '../engine-under-test.ts';

test.before(startEngine);

/** Every kind there is: the compiler asks for a line where one joins. */
const kinds: Record<TrainEvent['kind'], true> = { start: true, step: true, evaluation: true, checkpoint: true, skipped: true, end: true };

test('every kind is emitted, names its run, and is the same after a line of JSON', async (t) => {
  const objective = changedLoss((loss, ids) => (ids.includes('e3') ? tf.mul(loss, NaN) : loss));
  const { events } = await run({
    learning: { objective },
    settings: { rows: 1, steps: 11, evaluateEvery: 5 },
    hooks: { checkpoints: await temporaryFolder(t), score: { metric: 'accuracy', measure: () => Promise.resolve({ accuracy: 0.5 }) } },
  });
  t.deepEqual([...new Set(events.map(({ kind }) => kind))].sort(), Object.keys(kinds).sort());
  for (const event of events) {
    t.is(event.run, 'tiny');
    t.deepEqual(JSON.parse(JSON.stringify(event)), event);
  }
});
