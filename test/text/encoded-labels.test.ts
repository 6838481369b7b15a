import test from 'ava';
import { countLabelled, encodeLabels, joinLabels, takeLabels } from '../../src/text/encoded-labels.ts';
import type { ExampleLabel, LabelSpace } from '../../src/text/example.ts';

const names = ['no', 'maybe', 'yes'];
const example = (label: ExampleLabel | undefined, i: number) => ({ id: `e${i}`, text: 't', ...(label !== undefined && { label }) });
const encode = (labels: (ExampleLabel | undefined)[], space: LabelSpace) => encodeLabels(labels.map(example), space);
const single = (labels: (string | undefined)[]) => encode(labels, { kind: 'single-label', names });
const scores = (labels: (number | undefined)[]) => encode(labels, { kind: 'regression' });
const multiple = (labels: (string[] | undefined)[]) => encode(labels, { kind: 'multi-label', names });

test('the three forms mark what is unlabelled', (t) => {
  t.deepEqual(single(['yes', undefined, 'no']), { kind: 'single-label', names, indices: Int32Array.of(2, -1, 0) });
  t.deepEqual(scores([2.5, undefined]), { kind: 'regression', scores: Float32Array.of(2.5, NaN) });
  t.deepEqual(multiple([['yes', 'no'], undefined, []]), { kind: 'multi-label', names, hits: Float32Array.of(1, 0, 1, -1, -1, -1, 0, 0, 0) });
});

test('examples with a label are counted whatever a label is', (t) => {
  t.is(countLabelled(single(['yes', undefined, 'no'])), 2);
  t.is(countLabelled(scores([2.5, undefined])), 1);
  t.is(countLabelled(multiple([['yes', 'no'], undefined, []])), 2);
});

test('rows are taken in the order asked for', (t) => {
  const rows = Uint32Array.of(2, 0);
  t.deepEqual(takeLabels(single(['yes', undefined, 'no']), rows), single(['no', 'yes']));
  t.deepEqual(takeLabels(scores([1, 2, undefined]), rows), scores([undefined, 1]));
  t.deepEqual(takeLabels(multiple([['yes'], ['no'], undefined]), rows), multiple([undefined, ['yes']]));
});

test('labels of one space are joined, of two refused', (t) => {
  t.deepEqual(joinLabels(single(['yes']), single([undefined, 'no'])), single(['yes', undefined, 'no']));
  t.deepEqual(joinLabels(scores([1]), scores([2])), scores([1, 2]));
  t.deepEqual(joinLabels(multiple([['yes']]), multiple([undefined])), multiple([['yes'], undefined]));
  t.is(joinLabels(undefined, undefined), undefined);
  const other = encode(['no'], { kind: 'single-label', names: ['yes', 'maybe', 'no'] });
  t.throws(() => joinLabels(single(['yes']), other), { message: /label spaces differ: single-label of no, maybe, yes and single-label of yes, maybe, no/ });
  t.throws(() => joinLabels(single(['yes']), undefined), { message: /label spaces differ: .* and none/ });
  t.throws(() => joinLabels(scores([1]), multiple([[]])), { message: /label spaces differ: regression and multi-label/ });
});

test('a label that does not fit is an error with the example', (t) => {
  t.throws(() => single(['yes', 'perhaps']), { message: 'example e1: label "perhaps" is none of the known labels: no, maybe, yes; correct it, or name it among the labels' });
  t.throws(() => encode(['yes', 3], { kind: 'single-label', names }), { message: 'example e1: label 3 where one class name (single-label) is wanted' });
  t.throws(() => encode(['3'], { kind: 'regression' }), { message: 'example e0: label "3" where a score (regression) is wanted' });
  t.throws(() => scores([Infinity]), { message: /example e0/ });
  t.throws(() => encode(['yes'], { kind: 'multi-label', names }), { message: /example e0: label "yes" where a list of class names/ });
  t.throws(() => multiple([['yes', 'perhaps']]), { message: /example e0: label "perhaps" is none of/ });
});
