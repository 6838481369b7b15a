// Checks pytorch_model.bin files: whole models give what their twins in safetensors give, odd ones hold the tensors that are listed, and
// those that must be refused are, in one sentence that names them and without a large allocation.
import { readdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { z } from 'zod';
import { float32Of } from '../../src/storage/halves.ts';
import type { HostTensor } from '../../src/storage/safetensors.ts';
import type { Dtype } from '../../src/storage/safetensors-header.ts';
import { readTorchFile } from '../../src/storage/torch-file.ts';
import { viewOf } from '../../src/storage/typed-view.ts';
import { Comparison, type FixtureResult } from './comparison.ts';
import { checkEncoder } from './encoder.ts';
import { readFixture } from './fixture-file.ts';

const dtypes = { float32: 'F32', float64: 'F64', float16: 'F16', bfloat16: 'BF16', int64: 'I64', int32: 'I32', int8: 'I8', uint8: 'U8', bool: 'BOOL' } as const satisfies Record<string, Dtype>;

const binSchema = z.strictObject({
  family: z.string(),
  kind: z.literal('pytorch-bin'),
  cases: z.array(
    z.strictObject({
      file: z.string().regex(/^([\w-]+\/)?[\w.-]+$/),
      expect: z.enum(['error', 'loads', 'loads or a clear error']),
      note: z.string().optional(),
      same_as: z.string().regex(/^[\w.-]+$/).optional(),
      tensors: z.record(
        z.string(),
        z.strictObject({ shape: z.array(z.int().nonnegative()), dtype: z.enum(Object.keys(dtypes) as (keyof typeof dtypes)[]), data: z.array(z.union([z.number(), z.boolean()])) }),
      ).optional(),
    }),
  ),
});

type BinCase = z.infer<typeof binSchema>['cases'][number];

const allowedBytes = 10_000_000; // other fixtures may run meanwhile

export async function checkPytorchBin(folder: string): Promise<FixtureResult> {
  const { cases } = await readFixture(join(folder, 'cases.json'), binSchema);
  const comparison = new Comparison();
  const files = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith('.bin')).map((name) => name.replaceAll('\\', '/'));
  comparison.names('files', files, cases.map(({ file }) => file));
  for (const one of cases) await comparison.inCase(one.file, () => checkFile(comparison, folder, one));
  return comparison.result;
}

async function checkFile(comparison: Comparison, folder: string, { file, expect, same_as: twin, tensors: expected }: BinCase): Promise<void> {
  const path = join(folder, file);
  const before = process.memoryUsage().arrayBuffers;
  const outcome = await readTorchFile(path).then((tensors) => tensors, (error: unknown) => error);
  if (process.memoryUsage().arrayBuffers - before > allowedBytes) comparison.fail('reading it allocates more than 10 MB');
  if (outcome instanceof Map) {
    if (expect === 'error') comparison.fail('loads, but must be refused');
    if (expected !== undefined) compareTensors(comparison, outcome as Map<string, HostTensor>, expected);
    if (twin !== undefined) await compareModel(comparison, path, join(dirname(folder), twin));
  } else if (expect === 'loads') {
    comparison.fail(`must load, but is refused: ${String(outcome)}`);
  } else if (!(outcome instanceof Error) || !outcome.message.startsWith(`${path}: `) || outcome.message.includes('\n')) {
    comparison.fail(`the error is not one sentence that names the file: ${String(outcome)}`);
  }
}

function compareTensors(comparison: Comparison, tensors: ReadonlyMap<string, HostTensor>, expected: NonNullable<BinCase['tensors']>): void {
  comparison.names('tensors', tensors.keys(), Object.keys(expected));
  for (const [name, { shape, dtype, data }] of Object.entries(expected)) {
    const tensor = tensors.get(name);
    if (tensor === undefined) continue;
    comparison.equal(`${name}: dtype and shape`, [tensor.dtype, ...tensor.shape], [dtypes[dtype], ...shape]);
    // Printed to 9 digits: enough for float32, rounded for halves and doubles.
    if (['float64', 'float16', 'bfloat16'].includes(dtype)) comparison.close(name, [...(elementsOf(tensor) as Iterable<number>)], data.map(Number), { relative: 5e-8, absolute: 0 });
    else comparison.equal(name, Array.from(elementsOf(tensor), Number), data.map((value) => (dtype === 'float32' ? Math.fround(Number(value)) : Number(value))));
  }
}

/** The numbers that the model gives are those of its twin. */
async function compareModel(comparison: Comparison, path: string, twin: string): Promise<void> {
  if (basename(path) !== 'pytorch_model.bin') comparison.fail('only a folder with pytorch_model.bin is a model');
  const { largestError, failures } = await checkEncoder(dirname(path), twin);
  for (const failure of failures) comparison.fail(failure);
  comparison.close('largest error, as a share of its bound', [largestError], [0], { relative: 0, absolute: 1 });
}

function elementsOf(tensor: HostTensor): Iterable<number | bigint> {
  const { dtype, bytes } = tensor;
  switch (dtype) {
    case 'F64':
      return new Float64Array(...viewOf(bytes, 8));
    case 'I64':
      return new BigInt64Array(...viewOf(bytes, 8));
    case 'I32':
      return new Int32Array(...viewOf(bytes, 4));
    case 'I8':
      return new Int8Array(...viewOf(bytes, 1));
    case 'U8':
    case 'BOOL':
      return bytes;
    default:
      return float32Of(tensor);
  }
}
