import test from 'ava';
import { areBareLabels, readingLimit } from '../../src/cli/teacher-voice.ts';
import { fromLabel, fromProbabilities } from '../../src/teacher/answer-values.ts';
import type { StoredLabels } from '../../src/teacher/label-store.ts';

const space = { task: 'single-label', labels: ['a', 'b', 'c'], ordered: true } as const;
const stored = (rows: readonly (readonly number[])[], task: 'single-label' | 'multi-label' = 'single-label') => ({ logits: Float32Array.from(rows.flat()), header: { source: { labels: space.labels, task } } }) as unknown as StoredLabels;

test('bare labels are told from probabilities by their sureness', (t) => {
  const labels = ['a', 'c', 'b'].map((label) => fromLabel(label, space) ?? []);
  t.true(areBareLabels(stored(labels)));
  t.false(areBareLabels(stored([...labels, fromProbabilities([0.999, 0.001, 0], space)])));
  t.false(areBareLabels(stored([[3, 1, 2]])));
  t.false(areBareLabels(stored(labels, 'multi-label')));
});

test('a text is cut to what was asked for, else to 128 tokens, never to more than there are positions', (t) => {
  t.is(readingLimit({ place: 'x', positions: 512 }, {}), 128);
  t.is(readingLimit({ place: 'x', positions: 32 }, {}), 32);
  t.is(readingLimit({ place: 'x', positions: 32 }, { maxTokens: 8 }), 8);
  t.throws(() => readingLimit({ place: 'x', positions: 32 }, { maxTokens: 33 }), { message: '--max-tokens 33: x has only 32 positions' });
});
