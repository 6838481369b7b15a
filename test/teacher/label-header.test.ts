import test from 'ava';
import fc from 'fast-check';
import { checkSource, columnsOf, holds, labelAddress, type LabelSource, labelHeaderSchema, storable } from '../../src/teacher/label-header.ts';

const source: LabelSource = { teacher: 'aa', tokenizer: 'bb', corpus: 'cc', maxTokens: 13, task: 'single-label', labels: ['no', 'yes'] };
const changes: readonly Partial<LabelSource>[] = [{ teacher: 'ab' }, { tokenizer: 'bc' }, { corpus: 'cd' }, { maxTokens: 14 }, { labels: ['yes', 'no'] }, { labels: ['no', 'yes', 'maybe'] }, { task: 'multi-label' }, { tokenizer: null }, { maxTokens: null }];

test('the address is short, plain, and another one for any other source', (t) => {
  const address = labelAddress(source);
  t.regex(address, /^[0-9a-f]{16}$/);
  t.is(new Set([source, ...changes.map((change) => ({ ...source, ...change }))].map((one) => labelAddress(one))).size, changes.length + 1);
  const { labels, maxTokens, corpus, tokenizer, teacher, task } = source;
  t.is(labelAddress({ labels, maxTokens, task, corpus, tokenizer, teacher }), address, 'the order of the fields does not count');
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
  const header = { format: 'retort-labels-2', tool: 'test', voice: 'a teacher', wants: { logits: true }, dtypes: { logits: 'float32', states: 'float16' }, states: null, source, examples: 3, silent: 0, shards: [shard] };
  const reads = (change: object) => labelHeaderSchema.safeParse({ ...header, ...change }).success;
  t.true(reads({}));
  for (const file of ['../shard-00000.arrow', 'shard-00000.arrow/../x', 'shard-0.arrow', '/etc/passwd']) t.false(reads({ shards: [{ ...shard, file }] }), file);
  for (const change of [{ format: 'retort-labels-1' }, { dtypes: { logits: 'float16', states: 'float16' } }, { wants: { hidden: [1] } }, { wants: { logits: true, hidden: [] } }, { wants: { logits: true, attention: [1] } }, { silent: -1 }, { states: { width: 0, layers: 1 } }, { examples: -1 }, { more: 1 }, { shards: [{ ...shard, rows: 0 }] }, { source: { ...source, labels: [] } }]) t.false(reads(change), JSON.stringify(change));
});

test('what else is stored is part of the address, and a store with more answers for one with less', (t) => {
  const [logits, more] = [{ logits: true }, { logits: true, pooled: true, cls: [1, 2], hidden: [0] }] as const;
  t.is(new Set([logits, more, { logits: true, cls: [1, 2] }, { logits: true, hidden: [1, 2] }].map((wants) => labelAddress(source, { ...wants } as never))).size, 4);
  t.is(labelAddress(source), labelAddress(source, logits));
  const held = { ...more, cls: [...more.cls], hidden: [...more.hidden] };
  for (const wanted of [logits, held, { logits: true, cls: [2] }, { logits: true, pooled: true, hidden: [0] }] as const) t.true(holds(held, { ...wanted } as never));
  for (const wanted of [{ logits: true, cls: [3] }, { logits: true, hidden: [0, 1] }] as const) t.false(holds(held, { ...wanted } as never));
  t.false(holds(logits, { logits: true, pooled: true }));
});

test('layers are counted from 0, each once, and those that are not there are refused', (t) => {
  t.deepEqual(storable({ hidden: [-1, 2, 0, 4], cls: [-5] }, { layers: 4 }), { logits: true, cls: [0], hidden: [0, 2, 4] });
  t.deepEqual(storable({ logits: true, hidden: [], cls: [] }, { layers: 4 }), { logits: true });
  t.throws(() => storable({ hidden: [5] }, { layers: 4 }), { message: "hidden states of layer 5 are wanted, but the teacher's run from 0 to 4" });
  t.throws(() => storable({ cls: [-6] }, { layers: 4 }), { message: /first-token states of layer -1/ });
  t.throws(() => storable({ attention: [1], qkv: [0] }, { layers: 4 }), { message: /^attention, qkv cannot be stored: a store holds logits, pooled, cls and hidden/ });
});

test('the columns of a shard', (t) => {
  t.deepEqual(columnsOf({ wants: { logits: true }, states: null, source }), [{ name: 'logits', dtype: 'float32', width: 2 }]);
  const half = { dtype: 'float16', width: 9 } as const;
  t.deepEqual(columnsOf({ wants: { logits: true, pooled: true, cls: [4], hidden: [0, 2] }, states: { width: 9, layers: 4 }, source }).slice(1), [
    { name: 'pooled', ...half }, { name: 'cls_4', ...half }, { name: 'hidden_0', ...half, perToken: true }, { name: 'hidden_2', ...half, perToken: true },
  ]);
});
