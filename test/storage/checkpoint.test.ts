import { cp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import test from 'ava';
import { checkpointBytes, readCheckpoint, writeCheckpoint } from '../../src/storage/checkpoint.ts';
import { float32Tensor } from '../../src/storage/halves.ts';
import { readSafetensors, writeSafetensors, type HostTensor } from '../../src/storage/safetensors.ts';
import { archive, dict, floats, named, program, tensor, text } from './pickle-program.ts';
import { temporaryFolder } from './temporary-folder.ts';

const models = fileURLToPath(new URL('../fixtures/models/', import.meta.url));
const indexName = 'model.safetensors.index.json';
const sorted = (tensors: Map<string, HostTensor>) => [...tensors].sort(([a], [b]) => (a < b ? -1 : 1));
const vector = (...values: number[]) => float32Tensor([values.length], Float32Array.from(values));
const three: [string, HostTensor][] = [['a', vector(1, 2)], ['b', vector(3)], ['c', vector(4, 5, 6)]];

/** A copy of the sharded fixture to be damaged, and its index. */
async function shardedCopy(t: Parameters<typeof temporaryFolder>[0]) {
  const folder = await temporaryFolder(t);
  await cp(join(models, 'bert-classifier-sharded'), folder, { recursive: true });
  const index = JSON.parse(await readFile(join(folder, indexName), 'utf8')) as { weight_map: Record<string, string> };
  const damage = () => writeFile(join(folder, indexName), JSON.stringify(index));
  return { folder, weightMap: index.weight_map, damage };
}

test('shards hold the same tensors as the single file', async (t) => {
  const single = await readCheckpoint(join(models, 'bert-classifier'));
  const sharded = await readCheckpoint(join(models, 'bert-classifier-sharded'));
  t.true(single.size > 30);
  t.deepEqual(sorted(sharded), sorted(single));
});

test('writes one file that says what transformers asks for', async (t) => {
  const folder = join(await temporaryFolder(t), 'student');
  await writeCheckpoint(folder, three, { metadata: { tool: 'retort' } });
  t.deepEqual(await readdir(folder), ['model.safetensors']);
  t.deepEqual((await readSafetensors(join(folder, 'model.safetensors'))).metadata, { format: 'pt', tool: 'retort' });
  t.deepEqual(sorted(await readCheckpoint(folder)), three);
});

test('writes shards by size with a Hugging Face index', async (t) => {
  const folder = await temporaryFolder(t);
  await writeCheckpoint(folder, three, { maxShardBytes: 12 });
  const files = ['model-00001-of-00002.safetensors', 'model-00002-of-00002.safetensors'];
  t.deepEqual((await readdir(folder)).sort(), [...files, indexName]);
  t.deepEqual(JSON.parse(await readFile(join(folder, indexName), 'utf8')), {
    metadata: { total_size: 24 },
    weight_map: { a: files[0], b: files[0], c: files[1] },
  });
  t.deepEqual(sorted(await readCheckpoint(folder)), three);
  await writeCheckpoint(folder, three, { maxShardBytes: 1 });
  t.is((await readdir(folder)).length, 4, 'a tensor larger than a shard has one of its own');
  t.deepEqual(sorted(await readCheckpoint(folder)), three);
});

test('the other layout does not survive', async (t) => {
  const folder = await temporaryFolder(t);
  await writeCheckpoint(folder, three, { maxShardBytes: 8 });
  await writeCheckpoint(folder, [['a', vector(9)]]);
  t.deepEqual(await readdir(folder), ['model.safetensors']);
  await writeCheckpoint(folder, three, { maxShardBytes: 12 });
  t.false((await readdir(folder)).includes('model.safetensors'));
  t.deepEqual(sorted(await readCheckpoint(folder)), three);
  await writeCheckpoint(folder, []);
  t.is((await readCheckpoint(folder)).size, 0);
});

test('shards without their index, as a crash leaves them, are no checkpoint', async (t) => {
  const { folder } = await shardedCopy(t);
  await rm(join(folder, indexName));
  await t.throwsAsync(readCheckpoint(folder), { message: `${folder}: no model.safetensors and no pytorch_model.bin, nor an index of shards. Is this the folder of a model?` });
});

test('pytorch_model.bin is read where there is nothing better, whole or in shards', async (t) => {
  const folder = await temporaryFolder(t);
  const bin = (name: string, value: number) => archive(program(dict([text(name), tensor()])), { 0: floats(value, -value) });
  await writeFile(join(folder, 'pytorch_model-00001-of-00002.bin'), bin('a', 1));
  await writeFile(join(folder, 'pytorch_model-00002-of-00002.bin'), bin('b', 2));
  const index = { metadata: {}, weight_map: { a: 'pytorch_model-00001-of-00002.bin', b: 'pytorch_model-00002-of-00002.bin' } };
  const lay = () => writeFile(join(folder, 'pytorch_model.bin.index.json'), JSON.stringify(index));
  await lay();
  t.deepEqual(sorted(await readCheckpoint(folder)), [['a', vector(1, -1)], ['b', vector(2, -2)]]);
  t.is(await checkpointBytes(folder), 2 * bin('a', 1).length);
  index.weight_map.b = 'b.safetensors';
  await lay();
  await t.throwsAsync(readCheckpoint(folder), { message: /places "b" in "b\.safetensors", which is not the name of a \.bin file in this folder/ });
  await writeFile(join(folder, 'pytorch_model.bin'), bin('c', 3));
  t.deepEqual(sorted(await readCheckpoint(folder)), [['c', vector(3, -3)]]);
  t.is(await checkpointBytes(folder), bin('c', 3).length);
  await writeCheckpoint(folder, three);
  t.deepEqual(sorted(await readCheckpoint(folder)), three);
  await rm(join(folder, 'model.safetensors'));
  await writeFile(join(folder, 'pytorch_model.bin'), archive(program(named('os', 'system'))));
  await t.throwsAsync(readCheckpoint(folder), { message: /pytorch_model\.bin: the pickle asks for os\.system/ });
});

test('no shard name leaves the folder', async (t) => {
  for (const name of ['../secret.safetensors', '/etc/x.safetensors', 'a/b.safetensors', 'a\\b.safetensors', 'C:x.safetensors', '..', '', 'model.bin', 7]) {
    const { folder, weightMap, damage } = await shardedCopy(t);
    Object.assign(weightMap, { 'classifier.bias': name });
    await damage();
    await t.throwsAsync(readCheckpoint(folder), { message: /"weight_map" places "classifier\.bias" in .*, which is not the name of/ }, String(name));
  }
});

test('everything that is missing or there twice is said in one error', async (t) => {
  const { folder, weightMap, damage } = await shardedCopy(t);
  weightMap['no.such.tensor'] = 'model-00001-of-00003.safetensors';
  weightMap.constructor_ = 'model-00009-of-00003.safetensors';
  await damage();
  const path = join(folder, 'model-00002-of-00003.safetensors');
  const { tensors, metadata } = await readSafetensors(path);
  await writeSafetensors(path, tensors.set('classifier.bias', vector(0)), metadata);
  const { message } = await t.throwsAsync(readCheckpoint(folder));
  t.true(message.startsWith(`${join(folder, indexName)} does not fit its shards: `), message);
  t.regex(message, /model-00009-of-00003\.safetensors is not there/);
  t.regex(message, /classifier\.bias is in model-00002-of-00003\.safetensors and in model-00003-of-00003\.safetensors/);
  t.regex(message, /no\.such\.tensor is not in model-00001-of-00003\.safetensors/);
});

test('a long list of missing tensors is cut', async (t) => {
  const { folder, weightMap, damage } = await shardedCopy(t);
  for (let i = 0; i < 50; i++) weightMap[`absent.${i}`] = 'model-00001-of-00003.safetensors';
  await damage();
  await t.throwsAsync(readCheckpoint(folder), { message: /absent\.19 is not in \S+; and 30 more/ });
});

test('an index that is none, and a shard that is damaged', async (t) => {
  const { folder } = await shardedCopy(t);
  for (const text of ['{}', '[]', 'null', '{"weight_map":[]}']) {
    await writeFile(join(folder, indexName), text);
    await t.throwsAsync(readCheckpoint(folder), { message: /index\.json: "weight_map" is not an object/ });
  }
  const other = await shardedCopy(t);
  await writeFile(join(other.folder, 'model-00002-of-00003.safetensors'), 'short');
  await t.throwsAsync(readCheckpoint(other.folder), { message: /model-00002-of-00003\.safetensors: a safetensors file has at least 8 bytes/ });
});
