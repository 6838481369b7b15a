import test from 'ava';
import fc from 'fast-check';
import { checkSource, labelAddress, type LabelSource, labelHeaderSchema } from '../../src/teacher/label-header.ts';

const source: LabelSource = { teacher: 'aa', tokenizer: 'bb', corpus: 'cc', maxTokens: 13, labels: ['no', 'yes'] };
const changes: readonly Partial<LabelSource>[] = [{ teacher: 'ab' }, { tokenizer: 'bc' }, { corpus: 'cd' }, { maxTokens: 14 }, { labels: ['yes', 'no'] }, { labels: ['no', 'yes', 'maybe'] }];

test('the address is short, plain, and another one for any other source', (t) => {
  const address = labelAddress(source);
  t.regex(address, /^[0-9a-f]{16}$/);
  t.is(new Set([source, ...changes.map((change) => ({ ...source, ...change }))].map(labelAddress)).size, changes.length + 1);
  const { labels, maxTokens, corpus, tokenizer, teacher } = source;
  t.is(labelAddress({ labels, maxTokens, corpus, tokenizer, teacher }), address, 'the order of the fields does not count');
});

test('texts cannot be moved from one field to the next unseen', (t) => {
  const text = fc.string({ maxLength: 4 });
  t.notThrows(() => fc.assert(fc.property(text, text, text, (a, b, c) => {
    fc.pre(b !== '');
    return labelAddress({ ...source, teacher: a + b, tokenizer: c }) !== labelAddress({ ...source, teacher: a, tokenizer: b + c });
  })));
});

test('a source that does not fit is refused with both sides of every field that differs, and of no other', (t) => {
  t.notThrows(() => checkSource('folder', source, source));
  t.notThrows(() => checkSource('folder', source, {}));
  t.notThrows(() => checkSource('folder', source, { corpus: 'cc' }));
  const error = t.throws(() => checkSource('folder', source, { ...source, teacher: 'ab', labels: ['yes', 'no'] }));
  t.is(error.message, 'folder: these labels do not fit; label the corpus anew (retort label)\n  teacher: stored "aa", wanted "ab"\n  labels: stored ["no","yes"], wanted ["yes","no"]');
});

test('a header is strict: shard names stay in the folder, unknown fields and formats are refused', (t) => {
  const shard = { file: 'shard-00000.arrow', rows: 3, sha256: 'a'.repeat(64) };
  const header = { format: 'retort-labels-1', wants: { logits: true }, dtype: 'float32', source, examples: 3, shards: [shard] };
  const reads = (change: object) => labelHeaderSchema.safeParse({ ...header, ...change }).success;
  t.true(reads({}));
  for (const file of ['../shard-00000.arrow', 'shard-00000.arrow/../x', 'shard-0.arrow', '/etc/passwd']) t.false(reads({ shards: [{ ...shard, file }] }), file);
  for (const change of [{ format: 'retort-labels-2' }, { dtype: 'float16' }, { wants: { hidden: [1] } }, { examples: -1 }, { more: 1 }, { shards: [{ ...shard, rows: 0 }] }, { source: { ...source, labels: [] } }]) t.false(reads(change), JSON.stringify(change));
});
