/** Weights: safetensors, the files of torch.save, and the index of shards. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { checkpointBytes, readCheckpoint, writeCheckpoint } from '../../../src/storage/checkpoint.ts';
import { float32Of, float32Tensor } from '../../../src/storage/halves.ts';
import { type HostTensor, readSafetensors, readSafetensorsHeader, writeSafetensors } from '../../../src/storage/safetensors.ts';
import { readTorchFile } from '../../../src/storage/torch-file.ts';
import { archive, dict, floats, legacy, named, program, tensor, text } from '../../storage/pickle-program.ts';
import { fileSubject, type Format } from '../format.ts';

const tensors: [string, HostTensor][] = [
  ['layer.weight', float32Tensor([2, 3], Float32Array.of(1, 2, 3, 4, 5, 6))],
  ['layer.bias', { dtype: 'BF16', shape: [3], bytes: new Uint8Array(6) }],
  ['empty', { dtype: 'I64', shape: [0, 7], bytes: new Uint8Array(0) }],
];

/** A header of its own and the data that it should describe. */
function framed(header: Uint8Array, dataLength: number): Buffer {
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  return Buffer.concat([length, header, new Uint8Array(dataLength)]);
}

async function readBoth(path: string): Promise<unknown> {
  const [header, whole] = [await readSafetensorsHeader(path), await readSafetensors(path)];
  if (header.entries.size !== whole.tensors.size) throw new Error('the header and the whole file hold different tensors');
  for (const tensor of whole.tensors.values()) if (['F32', 'F16', 'BF16'].includes(tensor.dtype)) float32Of(tensor);
  return whole;
}

const pickle = program(dict([text('w'), tensor({ length: 4, shape: [2, 2], strides: [2, 1] })], [text('b'), tensor({ length: 4, offset: 1, strides: [2] })]));
const strided = { 0: floats(1, 2, 3, 4) };

export const weightFormats: readonly Format[] = [
  {
    name: 'safetensors',
    sources: ['src/storage/safetensors.ts', 'src/storage/safetensors-header.ts', 'src/storage/file-bytes.ts', 'src/storage/halves.ts'],
    open: async (folder) => {
      const path = join(folder, 'sound.safetensors');
      await writeSafetensors(path, tensors, { format: 'pt' });
      return fileSubject(folder, 'model.safetensors', { samples: [await readFile(path)], read: readBoth });
    },
  },
  {
    name: 'safetensors-header',
    sources: ['src/storage/safetensors-header.ts', 'src/storage/json-scan.ts'],
    open: async (folder) => {
      const path = join(folder, 'sound.safetensors');
      await writeSafetensors(path, tensors, { format: 'pt' });
      const bytes = await readFile(path);
      const header = bytes.subarray(8, 8 + Number(bytes.readBigUInt64LE()));
      const subject = fileSubject(folder, 'model.safetensors', { samples: [header], json: true, words: ['F64', 'data_offsets', '__metadata__'], read: readBoth });
      return { ...subject, read: (input) => subject.read(framed(input, bytes.length - 8 - header.length)) };
    },
  },
  {
    name: 'torch-archive',
    sources: ['src/storage/torch-file.ts', 'src/storage/zip.ts', 'src/storage/strided.ts'],
    open: async (folder) => {
      const real = async (name: string) => readFile(new URL(`../../fixtures/models/pytorch-bin/${name}`, import.meta.url));
      const odd = await real('odd.bin');
      const refused = await Promise.all(['nested.bin', 'evil.bin', 'deflated.bin'].map(real));
      return fileSubject(folder, 'pytorch_model.bin', { samples: [archive(pickle, strided), odd, withoutChecksums(odd)], refused: [...refused, ...refused.map(withoutChecksums)], read: readTorchFile });
    },
  },
  {
    name: 'torch-pickle',
    sources: ['src/storage/pickle.ts', 'src/storage/pickle-machine.ts', 'src/storage/pickle-opcodes.ts', 'src/storage/torch-pickle.ts'],
    open: (folder) => {
      const subject = fileSubject(folder, 'pytorch_model.bin', { samples: [pickle, program(dict([text('w'), tensor({ length: 4 })]))], words: ['torch\nFloatStorage\n', 'ccollections\nOrderedDict\n', ')R', '\x94', 'Q', '(', '2', 'e', 'u'], read: readTorchFile });
      return Promise.resolve({ ...subject, read: (input) => subject.read(archive(input, strided)) });
    },
  },
  {
    name: 'torch-legacy',
    sources: ['src/storage/torch-file.ts', 'src/storage/pickle.ts'],
    open: async (folder) => {
      const real = await readFile(new URL('../../fixtures/models/pytorch-bin/legacy-format.bin', import.meta.url));
      return fileSubject(folder, 'pytorch_model.bin', { samples: [legacy(), real], words: [Buffer.from(named('torch', 'HalfStorage')).toString()], read: readTorchFile });
    },
  },
  {
    name: 'weight-index',
    sources: ['src/storage/checkpoint.ts', 'src/storage/json.ts'],
    open: async (folder) => {
      await writeCheckpoint(folder, tensors, { maxShardBytes: 20 });
      const index = await readFile(join(folder, 'model.safetensors.index.json'));
      await writeFile(join(folder, 'notes.safetensors'), 'no tensors');
      const read = async () => [await checkpointBytes(folder), await readCheckpoint(folder)];
      return fileSubject(folder, 'model.safetensors.index.json', { samples: [index], json: true, words: ['notes.safetensors', '../', '.safetensors'], place: folder, read });
    },
  },
];

/** A ZIP archive whose checksums say "not computed": else they are all that a changed file meets. */
function withoutChecksums(bytes: Uint8Array): Buffer {
  const struck = Buffer.from(bytes);
  for (let at = struck.indexOf('PK\u0001\u0002'); at >= 0; at = struck.indexOf('PK\u0001\u0002', at + 1)) struck.writeUInt32LE(0, at + 16);
  return struck;
}
