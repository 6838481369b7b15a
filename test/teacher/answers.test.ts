import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import fc from 'fast-check';
import { readAnswers } from '../../src/teacher/answers.ts';
import type { AnswerSpace } from '../../src/teacher/answer-values.ts';
import { temporaryFolder } from '../storage/temporary-folder.ts';

const space: AnswerSpace = { task: 'single-label', labels: ['no', 'yes'], ordered: true };

async function fileOf(t: ExecutionContext, text: string): Promise<string> {
  const file = join(await temporaryFolder(t), 'answers.jsonl');
  await writeFile(file, text);
  return file;
}
const lines = (...answers: unknown[]) => answers.map((answer) => `${JSON.stringify(answer)}\n`).join('');

test('answers by id; the field that says most counts; null is no answer; other fields are passed over', async (t) => {
  const file = await fileOf(t, `\ufeff${lines(
    { id: 'a', label: 'yes', model: 'large', text: 'x' },
    { id: 2, probs: { yes: 0.75, no: 0.25 }, label: 'no' },
    { id: 'c', logits: [1, 3], probs: [0.5, 0.5] },
    { id: 'd', label: null },
    { id: 'e', probs: null, label: 'no' },
    { id: 'f', label: 'yes', probabilities: { no: 0.5, yes: 0.5 } },
  )}\n   \n`);
  const { byId, kinds, labels, task } = await readAnswers(file, space);
  t.deepEqual([...byId.keys()], ['a', '2', 'c', 'd', 'e', 'f']);
  t.deepEqual([...byId.get('c')!], [1, 3]);
  t.true(Math.abs(byId.get('2')![1]! - byId.get('2')![0]! - Math.log(3)) < 1e-6);
  t.is(byId.get('d'), undefined);
  t.true(byId.get('e')![0]! > byId.get('e')![1]!);
  t.deepEqual(kinds, { logits: 1, probabilities: 2, label: 2 });
  t.deepEqual([task, labels], ['single-label', ['no', 'yes']]);
});

test('what predict writes is read', async (t) => {
  const file = await fileOf(t, lines({ id: 'x', label: 'yes', probabilities: { no: 0.1, yes: 0.9 } }));
  t.deepEqual((await readAnswers(file, space)).kinds, { logits: 0, probabilities: 1, label: 0 });
  const scores = await fileOf(t, lines({ id: 'x', score: 2.5 }));
  t.deepEqual([...(await readAnswers(scores, { task: 'regression', labels: ['score'], ordered: true })).byId.get('x')!], [2.5]);
});

test('the same answers written otherwise have the same fingerprint; any other answer another', async (t) => {
  const print = async (text: string, other = space) => (await readAnswers(await fileOf(t, text), other)).fingerprint;
  const original = await print(lines({ id: 'a', logits: [1, 2] }, { id: 'b', label: null }));
  t.is(await print('{"logits":[1.0,2e0],"id":"a","cost":3}\r\n\n{"id":"b","label":null}'), original);
  const others = [lines({ id: 'a', logits: [1, 3] }, { id: 'b', label: null }), lines({ id: 'a', logits: [1, 2] }), lines({ id: 'b', label: null }, { id: 'a', logits: [1, 2] }), lines({ id: 'a', logits: [1, 2] }, { id: 'b', label: 'no' })];
  const prints = await Promise.all(others.map((text) => print(text)));
  t.is(new Set([original, ...prints, await print(lines({ id: 'a', logits: [1, 2] }, { id: 'b', label: null }), { ...space, labels: ['yes', 'no'] })]).size, 6);
});

test('every fault is one sentence with file and line', async (t) => {
  const good = lines({ id: 'a', label: 'yes' });
  const cases: [text: string, said: string | RegExp][] = [
    ['', ': it holds no answers; write one JSON object a line, with "id" and "label", "probs" or "logits"'],
    ['\n\n', /: it holds no answers/],
    [`${good}not json\n`, /:2:1: not valid JSON/],
    [`${good}{"id": "b", "label": "y`, /:2:\d+: not valid JSON/],
    [`${good}[1]\n`, ':2: not a JSON object; write {"id": …, "label": …}'],
    [`${good}null\n`, /:2: not a JSON object/],
    [`${good}{"label": "yes"}\n`, ':2: no "id" of an example'],
    [`${good}{"id": "", "label": "yes"}\n`, /:2: no "id"/],
    [`${good}{"id": "b"}\n`, ':2: no answer about example b: "label", "probs" or "logits" is missing (null where there is none)'],
    [`${good}\n${good}`, ':3: the id "a" was answered on line 1 already; keep one answer for each'],
    [`${good}{"id": "b", "label": "maybe"}\n`, ':2: example b: label "maybe" is none of the known labels: no, yes'],
    [`${good}{"id": "b", "probs": [0.5, 0.1]}\n`, /:2: example b: the probabilities sum to 0\.6, not to 1/],
  ];
  for (const [text, said] of cases) {
    const file = await fileOf(t, text);
    const { message } = await t.throwsAsync(readAnswers(file, space), undefined, text);
    t.true(message.startsWith(file), message);
    if (typeof said === 'string') t.is(message, file + said);
    else t.regex(message, said);
    t.false(message.includes('\n'));
  }
  const binary = join(await temporaryFolder(t), 'answers.jsonl');
  await writeFile(binary, Buffer.from([0x7b, 0xff, 0xfe]));
  await t.throwsAsync(readAnswers(binary, space), { message: `${binary}:1: not valid UTF-8; save the file as UTF-8 without compression` });
});

test('any JSON is answers or one sentence', async (t) => {
  const file = join(await temporaryFolder(t), 'answers.jsonl');
  const sound = fc.record({ id: fc.integer(), label: fc.constantFrom('no', 'yes', 0, 1, null) }, { requiredKeys: ['id', 'label'] });
  const value = fc.oneof({ withCrossShrink: true }, { arbitrary: sound, weight: 4 }, fc.jsonValue({ maxDepth: 2 }), fc.record({ id: fc.oneof(fc.string(), fc.integer(), fc.constant(null)), label: fc.oneof(fc.jsonValue({ maxDepth: 1 }), fc.constantFrom('no', 'yes', 0, 1)), probs: fc.jsonValue({ maxDepth: 1 }), logits: fc.array(fc.double(), { maxLength: 3 }) }, { requiredKeys: ['id'] }));
  let read = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(value, { maxLength: 3 }), fc.constantFrom<AnswerSpace['task']>('single-label', 'multi-label', 'regression'), async (answers, task) => {
      await writeFile(file, lines(...answers));
      try {
        const { byId } = await readAnswers(file, { ...space, task, labels: task === 'regression' ? ['score'] : space.labels });
        read += 1;
        for (const logits of byId.values()) if (logits?.some((logit) => !Number.isFinite(logit))) throw new TypeError('a logit is not finite');
      } catch (error) {
        if (!(error instanceof Error) || error instanceof TypeError || !error.message.startsWith(file) || error.message.includes('\n')) throw error;
      }
    }),
    { numRuns: 1000 },
  );
  t.true(read > 50, `only ${read} files were read`);
});
