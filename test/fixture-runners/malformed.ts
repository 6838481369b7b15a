// Checks that safetensors files which must be refused are refused in one sentence that names them, without a large allocation, and
// that odd but legal ones load, with their values where those are given.
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { float32Of } from '../../src/storage/halves.ts';
import { type HostTensor, readSafetensors } from '../../src/storage/safetensors.ts';
import { Comparison, type FixtureResult } from './comparison.ts';
import { readFixture } from './fixture-file.ts';

const malformedSchema = z.strictObject({
  family: z.string(),
  kind: z.literal('malformed'),
  note: z.string().optional(),
  cases: z.array(
    z.strictObject({
      file: z.string().regex(/^[\w.-]+$/),
      expect: z.enum(['error', 'loads', 'error or ignore']),
      note: z.string().optional(),
      reference_library: z.string().optional(),
      values: z.record(z.string(), z.array(z.union([z.number(), z.string()]))).optional(),
    }),
  ),
});

type MalformedCase = z.infer<typeof malformedSchema>['cases'][number];

const allowedBytes = 10_000_000;

export async function checkMalformed(folder: string): Promise<FixtureResult> {
  const { cases } = await readFixture(join(folder, 'cases.json'), malformedSchema);
  const comparison = new Comparison();
  const files = (await readdir(folder)).filter((name) => name.endsWith('.safetensors'));
  comparison.names('files', files, cases.map(({ file }) => file));
  for (const one of cases) await comparison.inCase(one.file, () => checkFile(comparison, join(folder, one.file), one));
  return comparison.result;
}

async function checkFile(comparison: Comparison, path: string, { expect, values = {} }: MalformedCase): Promise<void> {
  const before = process.memoryUsage().arrayBuffers;
  const outcome = await readSafetensors(path).then(({ tensors }) => tensors, (error: unknown) => error);
  if (process.memoryUsage().arrayBuffers - before > allowedBytes) comparison.fail('reading it allocates more than 10 MB');
  if (outcome instanceof Map) {
    if (expect === 'error') comparison.fail('loads, but must be refused');
    compareValues(comparison, outcome as Map<string, HostTensor>, values);
  } else if (expect === 'loads') {
    comparison.fail(`must load, but is refused: ${String(outcome)}`);
  } else if (!(outcome instanceof Error) || !outcome.message.startsWith(`${path}: `) || outcome.message.includes('\n')) {
    comparison.fail(`the error is not one sentence that names the file: ${String(outcome)}`);
  }
}

/** 64-bit integers and infinities are given as text: all numbers are compared so. */
function compareValues(comparison: Comparison, tensors: ReadonlyMap<string, HostTensor>, values: Readonly<Record<string, readonly (number | string)[]>>): void {
  for (const [name, expected] of Object.entries(values)) {
    const tensor = tensors.get(name);
    if (tensor === undefined) comparison.fail(`${name}: the tensor is missing`);
    else comparison.equal(name, Array.from(elementsOf(tensor), String), expected.map(String));
  }
}

function elementsOf(tensor: HostTensor): Iterable<number | bigint> {
  const { buffer } = tensor.bytes;
  switch (tensor.dtype) {
    case 'I64':
      return new BigInt64Array(buffer);
    case 'U64':
      return new BigUint64Array(buffer);
    case 'I32':
      return new Int32Array(buffer);
    case 'U32':
      return new Uint32Array(buffer);
    case 'I16':
      return new Int16Array(buffer);
    case 'U16':
      return new Uint16Array(buffer);
    case 'I8':
      return new Int8Array(buffer);
    case 'U8':
    case 'BOOL':
      return new Uint8Array(buffer);
    case 'F64':
      return new Float64Array(buffer);
    default:
      return float32Of(tensor);
  }
}
