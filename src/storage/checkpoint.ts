// The weights of a Hugging Face folder: model.safetensors, or shards with model.safetensors.index.json.
// Reads every tensor the files hold; which of them a model wants is the model's question. Does not read pytorch_model.bin.
import { access, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { readJson, writeJson } from './json.ts';
import { readSafetensors, readSafetensorsHeader, writeSafetensors, type HostTensor } from './safetensors.ts';

const singleFile = 'model.safetensors';
const indexFile = 'model.safetensors.index.json';
const maxListed = 20;

/**
 * Reads all tensors. A single file wins over shards, as in transformers.
 * @throws where the folder has no weights that can be read, where an index points outside the folder, and, in one error,
 * for all tensors that an index places where they are not, or that two shards hold.
 */
export async function readCheckpoint(folder: string): Promise<Map<string, HostTensor>> {
  if (await exists(join(folder, singleFile))) return (await readSafetensors(join(folder, singleFile))).tensors;
  if (await exists(join(folder, indexFile))) return readShards(folder);
  if ((await exists(join(folder, 'pytorch_model.bin'))) || (await exists(join(folder, 'pytorch_model.bin.index.json')))) {
    throw new Error(
      `${folder}: the weights are only there as pytorch_model.bin, a pickle. Convert them once in Python: ` +
        `AutoModel.from_pretrained(folder).save_pretrained(folder), with the AutoModel class of your task, writes ${singleFile}`,
    );
  }
  throw new Error(`${folder}: no ${singleFile} and no ${indexFile}. Is this the folder of a model?`);
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
    await writeSafetensors(join(folder, singleFile), first, described);
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
  await writeJson(join(folder, indexFile), { metadata: { total_size: total }, weight_map: Object.fromEntries(weightMap) });
  await rm(join(folder, singleFile), { force: true });
}

async function readShards(folder: string): Promise<Map<string, HostTensor>> {
  const weightMap = await readWeightMap(join(folder, indexFile));
  const files = [...new Set(weightMap.values())].sort();
  const homes = new Map<string, string[]>();
  const problems: string[] = [];
  for (const file of files) {
    if (!(await exists(join(folder, file)))) {
      problems.push(`${file} is not there`);
      continue;
    }
    for (const name of (await readSafetensorsHeader(join(folder, file))).entries.keys()) {
      homes.set(name, [...(homes.get(name) ?? []), file]);
    }
  }
  for (const [name, places] of homes) if (places.length > 1) problems.push(`${name} is in ${places.join(' and in ')}`);
  for (const [name, file] of weightMap) if (!homes.get(name)?.includes(file)) problems.push(`${name} is not in ${file}`);
  if (problems.length > 0) {
    const more = problems.length > maxListed ? `; and ${problems.length - maxListed} more` : '';
    throw new Error(`${join(folder, indexFile)} does not fit its shards: ${problems.slice(0, maxListed).join('; ')}${more}. Download the folder again`);
  }
  const tensors = new Map<string, HostTensor>();
  for (const file of files) {
    for (const [name, tensor] of (await readSafetensors(join(folder, file))).tensors) tensors.set(name, tensor);
  }
  return tensors;
}

/** Tensor name to file name; the file names are plain, so that none leaves the folder. */
async function readWeightMap(path: string): Promise<Map<string, string>> {
  const index = await readJson(path);
  const field: unknown = typeof index === 'object' && index !== null && 'weight_map' in index ? index.weight_map : undefined;
  if (typeof field !== 'object' || field === null || Array.isArray(field)) throw new Error(`${path}: "weight_map" is not an object`);
  const weightMap = new Map<string, string>();
  for (const [name, file] of Object.entries(field)) {
    if (typeof file !== 'string' || !/^[^/\\:\0]+\.safetensors$/.test(file)) {
      throw new Error(`${path}: "weight_map" places ${JSON.stringify(name)} in ${JSON.stringify(file)}, which is not the name of a .safetensors file in this folder`);
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
  await rm(join(folder, indexFile), { force: true });
  const names = (await exists(folder)) ? await readdir(folder) : [];
  for (const name of names) if (/^model-\d{5}-of-\d{5}\.safetensors$/.test(name)) await rm(join(folder, name));
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
