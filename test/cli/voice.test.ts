import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { agreeWith, answerSpace, openVoices, type Voice } from '../../src/cli/voice.ts';
import { type Bench, openBench } from './in-process.ts';

let bench: Bench;
test.before(async () => {
  bench = await openBench();
});
test.after.always(() => bench.remove());

const corpus = { kind: 'single-label', names: ['no', 'yes'] } as const;

test('which classes answers may name: those that were given, else the teacher\'s, else the corpus\'s', (t) => {
  const knowing = { task: 'single-label', labels: ['yes', 'no', 'perhaps'] } as const;
  t.deepEqual(answerSpace({ corpus }), { task: 'single-label', labels: ['no', 'yes'], ordered: false });
  t.deepEqual(answerSpace({ corpus }, knowing), { ...knowing, ordered: false });
  t.deepEqual(answerSpace({ corpus, order: ['a', 'b'], abstentions: ['none'] }, knowing), { task: 'single-label', labels: ['a', 'b'], ordered: true, abstentions: ['none'] });
  t.deepEqual(answerSpace({ corpus: { kind: 'regression' } }), { task: 'regression', labels: ['score'], ordered: true });
  t.deepEqual(answerSpace({ corpus: { kind: 'multi-label', names: ['a'] } }), { task: 'multi-label', labels: ['a'], ordered: false });
  t.throws(() => answerSpace({ corpus: undefined }), { message: 'which classes are there? Name them with --classes a,b,c' });
});

test('what lies at a place is what kind of teacher it is', async (t) => {
  const answers = join(bench.folder, 'answers.jsonl');
  await writeFile(answers, '{"id": "x", "label": "mixed"}\n');
  const [model, file] = await openVoices([bench.classifier, answers], { corpus: undefined });
  t.deepEqual([model.kind, file?.kind], ['model', 'answers']);
  t.deepEqual(file?.labels, ['mixed', 'negative', 'positive'], 'the classes are the teacher\'s beside it');
  t.is((await openVoices([answers, bench.classifier], { corpus: undefined }))[0].kind, 'answers', 'in the order they were named');
  const empty = join(bench.folder, 'empty');
  await mkdir(empty);
  await t.throwsAsync(openVoices([empty], { corpus }), { message: /empty: no config\.json in it/ });
  await t.throwsAsync(openVoices([], { corpus }), { message: 'there is no teacher' });
});

test('the classes of a corpus are matched by name, in the order of the student', (t) => {
  const voice = { kind: 'answers', place: 'a.jsonl', task: 'single-label', labels: ['yes', 'no'] } as unknown as Voice;
  t.deepEqual(agreeWith(voice, corpus, { names: ['yes', 'no'], place: 'c' }), { kind: 'single-label', names: ['yes', 'no'] });
  t.throws(() => agreeWith(voice, { kind: 'single-label', names: ['no', 'maybe'] }, { names: ['yes', 'no'], place: 'c' }), { message: 'c has the label maybe, but a.jsonl knows only yes, no; let both use the same names' });
  t.throws(() => agreeWith(voice, { kind: 'regression' }, { names: ['yes'], place: 'c' }), { message: /^c: its labels are regression, but a\.jsonl is for single-label/ });
});
