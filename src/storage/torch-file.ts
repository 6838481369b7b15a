// Files of torch.save (pytorch_model.bin): named tensors as host tensors. The pickle inside is read by a closed unpickler
// (torch-pickle.ts) that builds tensors and nothing else; a file that asks for more is refused.
//   since PyTorch 1.6:  a ZIP archive of stored files: NAME/data.pkl · NAME/data/KEY, the bytes of each storage · NAME/byteorder
//   before:             five pickles: magic number, protocol 1001, facts of the machine, the checkpoint, the list of keys; then
//                       for each key in its order: i64 element count, and the bytes of the storage
import type { FileHandle } from 'node:fs/promises';
import { readBytes, withFile } from './file-bytes.ts';
import type { PickleValue, PickleWorld } from './pickle-machine.ts';
import { unpickle } from './pickle.ts';
import { printable, quoted } from './quoted.ts';
import { byteSize, shapeText } from './safetensors-header.ts';
import type { HostTensor } from './safetensors.ts';
import { strideOut } from './strided.ts';
import { namedTensors, type TensorPlace, type TorchStorage, type TorchTensor, torchWorld } from './torch-pickle.ts';
import { readZipDirectory, readZipEntry } from './zip.ts';

/** Pickles describe tensors and hold none: those of published checkpoints stay below 2 MB. */
const maxPickleLength = 2 ** 24;
const legacyMagic = 0x1950a86a20f9469cfc6cn;

/**
 * Reads a whole file. Tensors that lie in one storage share its bytes: do not write to them.
 * @throws one sentence that names the file, and the tensor where one is at fault.
 */
export async function readTorchFile(path: string): Promise<Map<string, HostTensor>> {
  return withFile(path, async (file) => {
    const stat = await file.stat();
    if (!stat.isFile()) throw new Error('this is not a file');
    if (stat.size < 8) throw new Error(`a file of tensors has at least 8 bytes, this one ${stat.size}. Download it again`);
    const [first, second] = await readBytes(file, 0, 2);
    if (first === 0x50 && second === 0x4b) return readArchive(file, stat.size);
    if (first === 0x80) return readLegacy(file, stat.size);
    throw new Error('it is neither a ZIP archive nor a pickle, so torch.save did not write it. Download it again');
  });
}

async function readArchive(file: FileHandle, fileSize: number): Promise<Map<string, HostTensor>> {
  const entries = await readZipDirectory(file, fileSize);
  const pickle = [...entries.values()].find(({ name }) => /^[^/]+\/data\.pkl$/.test(name));
  if (pickle === undefined) throw new Error('the ZIP archive holds no data.pkl, so torch.save did not write it');
  if (pickle.size > maxPickleLength) throw new Error(`its data.pkl has ${pickle.size} bytes, more than a pickle of tensors needs`);
  const root = pickle.name.slice(0, -'data.pkl'.length);
  const order = entries.get(`${root}byteorder`);
  if (order !== undefined && order.size < 16 && new TextDecoder().decode(await readZipEntry(file, order)) !== 'little') throw new Error('its numbers are big-endian. Save it again on another machine');
  const { value } = unpickle(await readZipEntry(file, pickle), torchWorld);
  return rebuild(namedTensors(value), fileSize, (storage) => {
    const entry = entries.get(`${root}data/${storage.key}`);
    if (entry === undefined) throw new Error(`the storage data/${printable(storage.key)} is missing from the archive. Download the file again`);
    if (entry.size !== bytesOf(storage)) throw new Error(`the storage data/${printable(storage.key)} has ${entry.size} bytes, not ${bytesOf(storage)}. Download the file again`);
    return readZipEntry(file, entry);
  });
}

async function readLegacy(file: FileHandle, fileSize: number): Promise<Map<string, HostTensor>> {
  const bytes = await readBytes(file, 0, Math.min(fileSize, maxPickleLength));
  let place = 0;
  const next = (world: PickleWorld): PickleValue => {
    const { value, end } = unpickle(bytes, world, place);
    place = end;
    return value;
  };
  if (next(plainWorld) !== legacyMagic) throw new Error('it is a pickle, but not one of torch.save');
  const version = next(plainWorld);
  if (version !== 1001) throw new Error('it is a pickle of an unknown version of torch.save');
  const machine = next(plainWorld);
  if (machine instanceof Map && machine.get('little_endian') === false) throw new Error('its numbers are big-endian. Save it again on another machine');
  const storages = new Map<string, TorchStorage>();
  const value = next({
    find: torchWorld.find,
    load: (id) => {
      const storage = torchWorld.load(id) as TorchStorage;
      storages.set(storage.key, storage);
      return storage;
    },
  });
  const keys = next(plainWorld);
  if (!Array.isArray(keys)) throw new Error('the list of its storages is missing');
  const places = new Map<string, number>();
  for (const key of keys) {
    const storage = typeof key === 'string' && !places.has(key) ? storages.get(key) : undefined;
    if (storage === undefined) throw new Error('the list of its storages does not fit its tensors');
    if (place + 8 + bytesOf(storage) > fileSize) throw new Error(`the storage ${printable(storage.key)} ends beyond the file. It was cut short: download it again`);
    const count = new DataView((await readBytes(file, place, 8)).buffer).getBigInt64(0, true);
    if (count !== BigInt(storage.length)) throw new Error(`the storage ${printable(storage.key)} has ${count} elements, not ${storage.length}`);
    places.set(storage.key, place + 8);
    place += 8 + bytesOf(storage);
  }
  return rebuild(namedTensors(value), fileSize, (storage) => {
    const start = places.get(storage.key);
    if (start === undefined) throw new Error(`the storage ${printable(storage.key)} is missing`);
    return readBytes(file, start, bytesOf(storage));
  });
}

/** For pickles that hold numbers and texts only. */
const plainWorld: PickleWorld = {
  find: () => {
    throw new Error('the pickle asks for a class before its tensors begin');
  },
  load: () => {
    throw new Error('the pickle refers to a storage before its tensors begin');
  },
};

/**
 * Takes every tensor out of its storage: as a view where its elements follow each other, copied where they do not. Copies may
 * come to twice the size of the file and a megabyte: a stride of 0 could ask for any size.
 */
async function rebuild(tensors: ReadonlyMap<string, TorchTensor>, fileSize: number, read: (storage: TorchStorage) => Promise<Uint8Array>): Promise<Map<string, HostTensor>> {
  const storages = new Map<string, { readonly storage: TorchStorage; readonly bytes: Uint8Array }>();
  const rebuilt = new Map<string, HostTensor>();
  let room = 2 * fileSize + 2 ** 20;
  for (const [name, tensor] of tensors) {
    const { storage, place } = tensor;
    const { dtype, shape } = place;
    const refuse = (what: string) => new Error(`${quoted(name)}: ${what}`);
    const found = storages.get(storage.key) ?? { storage, bytes: await read(storage) };
    if (found.storage.dtype !== storage.dtype || found.storage.length !== storage.length) throw refuse(`its storage ${printable(storage.key)} is described in two ways`);
    storages.set(storage.key, found);
    const width = byteSize(dtype, [1]);
    const length = sizeOf(place, refuse);
    const strided = strideOut(found.bytes, { ...place, width, length }, () => {
      room -= length * width;
      if (room < 0) throw refuse(`the tensors of the file come to more than it holds: ${shapeText(shape)} repeats what is stored once`);
    });
    if (strided === undefined) throw refuse(`${shapeText(shape)} reaches beyond its storage of ${found.bytes.length} bytes`);
    rebuilt.set(name, { dtype, shape, bytes: strided });
  }
  return rebuilt;
}

/** Elements. */
function sizeOf({ dtype, shape }: TensorPlace, refuse: (what: string) => Error): number {
  try {
    return byteSize(dtype, shape) / byteSize(dtype, [1]);
  } catch (error) {
    throw refuse(error instanceof Error ? error.message : String(error));
  }
}

function bytesOf({ dtype, length }: TorchStorage): number {
  return dtype === undefined ? length : length * byteSize(dtype, [1]);
}
