// The weights of a Hugging Face folder: model.safetensors or pytorch_model.bin, each whole or as shards with an index.
// Reads every tensor the files hold; which of them a model wants is the model's question. Writes safetensors only.
import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isThere } from './is-there.ts';
import { readJson, writeJson } from './json.ts';
import { printable, quoted } from './quoted.ts';
import { type HostTensor, type StoredTensor, withSafetensors, writeSafetensors } from './safetensors.ts';
import { readTorchFile } from './torch-file.ts';

interface Format {
  /** Of every file of weights. */
  readonly ending: '.safetensors' | '.bin';
  readonly single: string;
  readonly index: string;
  /** Hands over the tensors of one file, which is open while `use` runs. */
  readonly open: <T>(path: string, use: (tensors: Map<string, StoredTensor>) => Promise<T>) => Promise<T>;
}

const safetensors: Format = {
  ending: '.safetensors',
  single: 'model.safetensors',
  index: 'model.safetensors.index.json',
  open: withSafetensors,
};
const torch: Format = { ending: '.bin', single: 'pytorch_model.bin', index: 'pytorch_model.bin.index.json', open: withTorchFile };

const maxListed = 20;

/**
 * Hands `use` all tensors, still in their open files. As in transformers, a single file wins over shards, and safetensors over pytorch_model.bin.
 * @throws where the folder has no weights that can be read, where an index points outside the folder, and, in one error,
 * for all tensors that an index places where they are not, or that two shards hold.
 */
export async function withCheckpoint<T>(folder: string, use: (tensors: Map<string, StoredTensor>) => Promise<T>): Promise<T> {
  for (const format of [safetensors, torch]) {
    if (await isThere(join(folder, format.single))) return format.open(join(folder, format.single), use);
    if (await isThere(join(folder, format.index))) return withShards(folder, format, use);
  }
  throw new Error(`${folder}: no ${safetensors.single} and no ${torch.single}, nor an index of shards. Is this the folder of a model?`);
}

/** Reads all tensors at once. @throws as `withCheckpoint` does. */
export async function readCheckpoint(folder: string): Promise<Map<string, HostTensor>> {
  return withCheckpoint(folder, async (stored) => {
    const tensors = new Map<string, HostTensor>();
    for (const [name, { dtype, shape, read }] of stored) tensors.set(name, { dtype, shape, bytes: await read() });
    return tensors;
  });
}

/** Bytes of the files that `readCheckpoint` reads; 0 where there are none. */
export async function checkpointBytes(folder: string): Promise<number> {
  for (const format of [safetensors, torch]) {
    const single = await stat(join(folder, format.single)).catch(() => undefined);
    if (single !== undefined) return single.size;
    if (!(await isThere(join(folder, format.index)))) continue;
    const files = new Set((await readWeightMap(join(folder, format.index), format)).values());
    const sizes = await Promise.all([...files].map((file) => stat(join(folder, file)).then(({ size }) => size, () => 0)));
    return sizes.reduce((sum, size) => sum + size, 0);
  }
  return 0;
}

/**
 * Writes the tensors in the order given: one file, or shards of at most `maxShardBytes` bytes of data (a larger tensor gets a
 * shard of its own) with an index. Weights of another layout in the folder are removed, in an order in which a crash
 * leaves the old ones, the new ones or none, never a mixture. To keep the old ones in any case, wrap it in `writeFolderAtomically`.
 */
export async function writeCheckpoint(
  folder: string,
  tensors: Iterable<readonly [string, HostTensor]>,
  { maxShardBytes = Infinity, metadata = {} }: { maxShardBytes?: number; metadata?: Readonly<Record<string, string>> } = {},
): Promise<void> {
  const described = { format: 'pt', ...metadata }; // transformers refuses a file that does not say this
  const shards = split(tensors, maxShardBytes);
  const [first = []] = shards;
  if (shards.length <= 1) {
    await writeSafetensors(join(folder, safetensors.single), first, described);
    await removeShards(folder);
    return;
  }
  await removeShards(folder);
  const weightMap: [string, string][] = [];
  for (const [index, shard] of shards.entries()) {
    const file = `model-${String(index + 1).padStart(5, '0')}-of-${String(shards.length).padStart(5, '0')}.safetensors`;
    await writeSafetensors(join(folder, file), shard, described);
    for (const [name] of shard) weightMap.push([name, file]);
  }
  const total = shards.flat().reduce((sum, [, { bytes }]) => sum + bytes.byteLength, 0);
  await writeJson(join(folder, safetensors.index), { metadata: { total_size: total }, weight_map: Object.fromEntries(weightMap) });
  await rm(join(folder, safetensors.single), { force: true });
}

async function withShards<T>(folder: string, format: Format, use: (tensors: Map<string, StoredTensor>) => Promise<T>): Promise<T> {
  const index = join(folder, format.index);
  const weightMap = await readWeightMap(index, format);
  const homes = new Map<string, string[]>();
  const tensors = new Map<string, StoredTensor>();
  const problems: string[] = [];
  const openFrom = async ([file, ...others]: readonly string[]): Promise<T> => {
    if (file === undefined) {
      refuseMisplaced(index, weightMap, homes, problems);
      return use(tensors);
    }
    if (!(await isThere(join(folder, file)))) {
      problems.push(`${printable(file)} is not there`);
      return openFrom(others);
    }
    return format.open(join(folder, file), async (stored) => {
      for (const [name, tensor] of stored) {
        homes.set(name, [...(homes.get(name) ?? []), file]);
        tensors.set(name, tensor);
      }
      return openFrom(others);
    });
  };
  return openFrom([...new Set(weightMap.values())].sort());
}

function refuseMisplaced(index: string, weightMap: ReadonlyMap<string, string>, homes: ReadonlyMap<string, string[]>, absent: readonly string[]): void {
  const problems = [...absent];
  for (const [name, places] of homes) if (places.length > 1) problems.push(`${printable(name)} is in ${places.map((file) => printable(file)).join(' and in ')}`);
  for (const [name, file] of weightMap) if (!homes.get(name)?.includes(file)) problems.push(`${printable(name)} is not in ${printable(file)}`);
  if (problems.length === 0) return;
  const more = problems.length > maxListed ? `; and ${problems.length - maxListed} more` : '';
  throw new Error(`${index} does not fit its shards: ${problems.slice(0, maxListed).join('; ')}${more}. Download the folder again`);
}

/** A file of PyTorch's is unpickled whole. */
async function withTorchFile<T>(path: string, use: (tensors: Map<string, StoredTensor>) => Promise<T>): Promise<T> {
  const read = [...(await readTorchFile(path))].map(([name, { bytes, ...facts }]) => [name, { ...facts, read: () => Promise.resolve(bytes as Uint8Array<ArrayBuffer>) }] as const);
  return use(new Map<string, StoredTensor>(read));
}

/** Tensor name to file name; the file names are plain, so that none leaves the folder. */
async function readWeightMap(path: string, { ending }: Format): Promise<Map<string, string>> {
  const index = await readJson(path);
  const field: unknown = typeof index === 'object' && index !== null && 'weight_map' in index ? index.weight_map : undefined;
  if (typeof field !== 'object' || field === null || Array.isArray(field)) throw new Error(`${path}: "weight_map" is not an object`);
  const weightMap = new Map<string, string>();
  for (const [name, file] of Object.entries(field)) {
    if (typeof file !== 'string' || !/^[^/\\:\0]+$/.test(file) || !file.endsWith(ending)) {
      throw new Error(`${path}: "weight_map" places ${quoted(name)} in ${quoted(file)}, which is not the name of a ${ending} file in this folder`);
    }
    weightMap.set(name, file);
  }
  return weightMap;
}

function split(tensors: Iterable<readonly [string, HostTensor]>, maxShardBytes: number): (readonly [string, HostTensor])[][] {
  const shards: (readonly [string, HostTensor])[][] = [];
  let room = 0;
  for (const entry of tensors) {
    const size = entry[1].bytes.byteLength;
    const shard = shards.at(-1);
    if (shard === undefined || size > room) {
      shards.push([entry]);
      room = maxShardBytes - size;
    } else {
      shard.push(entry);
      room -= size;
    }
  }
  return shards;
}

/** The index first: shards without one are nothing, an index over half its shards would be a lie. */
async function removeShards(folder: string): Promise<void> {
  await rm(join(folder, safetensors.index), { force: true });
  const names = (await isThere(folder)) ? await readdir(folder) : [];
  for (const name of names) if (/^model-\d{5}-of-\d{5}\.safetensors$/.test(name)) await rm(join(folder, name));
}
