import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import test, { type ExecutionContext } from 'ava';
import fc from 'fast-check';
import { float32Of } from '../../src/storage/halves.ts';
import type { HostTensor } from '../../src/storage/safetensors.ts';
import { readTorchFile } from '../../src/storage/torch-file.ts';
import { archive, call, dict, floats, int, legacy, named, none, program, type StoredTensor, tensor, text, tuple, zip } from './pickle-program.ts';
import { temporaryFolder } from './temporary-folder.ts';

const bins = fileURLToPath(new URL('../fixtures/models/pytorch-bin/', import.meta.url));

async function readBytesAs(t: ExecutionContext, bytes: Uint8Array): Promise<Map<string, HostTensor>> {
  const path = join(await temporaryFolder(t), 'pytorch_model.bin');
  await writeFile(path, bytes);
  return readTorchFile(path);
}
const one = (described: StoredTensor = {}, storages?: Record<string, Uint8Array>) => archive(program(dict([text('w'), tensor(described)])), storages);

test('a file written by hand is the tensors it describes', async (t) => {
  const tensors = await readBytesAs(t, one());
  t.deepEqual([...tensors.keys()], ['w']);
  const w = tensors.get('w')!;
  t.deepEqual([w.dtype, w.shape, [...float32Of(w)]], ['F32', [2], [1, 2]]);
});

test('tensors of one storage share its bytes', async (t) => {
  const pickle = program(dict([text('a'), tensor({ length: 4, shape: [4] })], [text('b'), tensor({ length: 4, offset: 2 })]));
  const tensors = await readBytesAs(t, archive(pickle, { 0: floats(1, 2, 3, 4) }));
  t.deepEqual([...float32Of(tensors.get('b')!)], [3, 4]);
  t.is(tensors.get('a')?.bytes.buffer, tensors.get('b')?.bytes.buffer);
});

test('names that are special in JavaScript are names', async (t) => {
  const tensors = await readBytesAs(t, archive(program(dict([text('__proto__'), tensor()], [text('constructor'), tensor()]))));
  t.deepEqual([...tensors.keys()], ['__proto__', 'constructor']);
});

test('nothing that a pickle names is run, looked up or imported', async (t) => {
  for (const [module, name] of [['builtins', 'eval'], ['os', 'system'], ['torch._utils', '_rebuild_sparse_tensor'], ['torch', 'load'], ['process', 'exit'], ['', 'constructor'], ['__proto__', 'polluted'], ['torch', 'FloatStorage\u0000x']] as const) {
    const { message } = await t.throwsAsync(readBytesAs(t, archive(program(dict([text('w'), call(named(module, name), text('1'))])))));
    t.regex(message, /pytorch_model\.bin: the pickle asks for \S*, which builds no plain tensor: it is refused, and nothing of it was run/);
    t.false(message.includes('\u0000'));
  }
  const long = await t.throwsAsync(readBytesAs(t, archive(program(named('x'.repeat(5000), 'y')))));
  t.true(long.message.length < 500, 'a hostile name does not flood the terminal');
});

test('what describes no tensors is said', async (t) => {
  const cases: [bytes: Uint8Array, message: RegExp][] = [
    [archive(program(int(1))), /no dict of tensors; save model\.state_dict\(\)/],
    [archive(program(dict([text('epoch'), int(3)]))), /"epoch" is no tensor\. Save model\.state_dict\(\) alone/],
    [archive(program(dict([text('model'), dict([text('w'), tensor()])]))), /"model" is a dict of its own\. Save that one alone: torch\.save\(checkpoint\["model"\], \.\.\.\)/],
    [archive(program(dict([int(1), tensor()]))), /named by something that is no text/],
    [one({ shape: [3] }), /"w": \[3\] reaches beyond its storage of 8 bytes/],
    [one({ offset: 1 }), /"w": \[2\] reaches beyond/],
    [one({ strides: [2] }), /"w": \[2\] reaches beyond/],
    [one({ shape: [2 ** 30, 2 ** 30], strides: [0, 0] }), /"w": the shape \[1073741824, 1073741824\] is too large/],
    [one({ shape: [2 ** 20, 2 ** 10], strides: [0, 0] }), /come to more than it holds: \[1048576, 1024\] repeats what is stored once/],
    [one({ shape: [-1] }), /a side of a tensor is no whole number/],
    [one({ strides: [-1] }), /a stride of a tensor is no whole number/],
    [one({ offset: 2 ** 60 }), /the offset of a tensor is no whole number/],
    [one({ shape: [1, 2] }), /a tensor has no sound shape/],
    [one({ shape: new Array<number>(17).fill(1), strides: new Array<number>(17).fill(1) }), /a tensor has no sound shape/],
    [one({ length: 3 }), /the storage data\/0 has 8 bytes, not 12/],
    [one({ key: '../../etc/passwd' }), /the storage data\/\.\.\/\.\.\/etc\/passwd is missing from the archive/],
    [one({ view: tuple(text('v'), int(0), int(1)) }), /storage 0 is a view of another/],
    [archive(program(dict([text('a'), tensor()], [text('b'), tensor({ storage: 'IntStorage' })]))), /"b": its storage 0 is described in two ways/],
    [archive(program(dict([text('w'), call(named('torch._utils', '_rebuild_parameter'), int(1))]))), /rebuilt from something that is no tensor/],
    [archive(program(dict([text('w'), call(named('torch._utils', '_rebuild_tensor_v2'), int(1))]))), /something that is no typed storage/],
    [archive(program([...tuple(text('module'), none), 0x51])), /refers to something outside of it that is no storage/],
    [zip([{ name: 'a/b', bytes: new Uint8Array(9) }]), /holds no data\.pkl/],
    [zip([{ name: 'm/byteorder', bytes: Buffer.from('big') }, { name: 'm/data.pkl', bytes: program(dict()) }]), /big-endian/],
    [Buffer.from('not a model'), /neither a ZIP archive nor a pickle/],
    [Buffer.from('short'), /at least 8 bytes, this one 5/],
    [Buffer.from(program(dict([text('w'), int(1)]))), /a pickle, but not one of torch\.save/],
  ];
  for (const [bytes, message] of cases) {
    const before = process.memoryUsage().arrayBuffers;
    const error = await t.throwsAsync(readBytesAs(t, bytes), { message }, String(message));
    t.true(process.memoryUsage().arrayBuffers - before < 10_000_000);
    t.false(error.message.includes('\n'));
  }
});

test('the format before PyTorch 1.6', async (t) => {
  t.deepEqual([...float32Of((await readBytesAs(t, legacy())).get('w')!)], [1, 2]);
  const cases: [bytes: Uint8Array, message: RegExp][] = [
    [legacy({ magic: 1 }), /not one of torch\.save/],
    [legacy({ keys: [] }), /the storage 0 is missing/],
    [legacy({ keys: [text('0'), text('0')] }), /does not fit its tensors/],
    [legacy({ keys: [text('7')] }), /does not fit its tensors/],
    [legacy({ count: 3n }), /has 3 elements, not 2/],
    [legacy({ tail: floats(1) }), /ends beyond the file\. It was cut short/],
    [legacy().subarray(0, 60), /ends too early/],
  ];
  for (const [bytes, message] of cases) await t.throwsAsync(readBytesAs(t, bytes), { message }, String(message));
});

/** The checksums of a ZIP directory struck out: otherwise they are all that a changed file meets. */
function withoutChecksums(archived: Buffer): Buffer {
  const bytes = Buffer.from(archived);
  for (let at = bytes.indexOf('PK\u0001\u0002'); at >= 0; at = bytes.indexOf('PK\u0001\u0002', at + 1)) bytes.writeUInt32LE(0, at + 16);
  return bytes;
}

test('real files with any bytes changed, cut or put in: tensors, or one sentence that names the file', async (t) => {
  const path = join(await temporaryFolder(t), 'pytorch_model.bin');
  const files = await Promise.all(['odd.bin', 'legacy-format.bin', 'nested.bin', 'evil.bin', 'classifier/pytorch_model.bin'].map(async (name) => withoutChecksums(await readFile(join(bins, name)))));
  const change = fc.record({ place: fc.noBias(fc.nat(9999)), put: fc.uint8Array({ minLength: 1, maxLength: 4 }), cut: fc.nat(4) });
  let loaded = 0;
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...files), fc.array(change, { minLength: 1, maxLength: 3 }), fc.nat(3).map((kind) => kind > 0), async (original, changes, keepsLength) => {
      let bytes: Uint8Array = Uint8Array.from(original);
      for (const { place, put, cut } of changes) {
        const at = Math.floor((place / 10_000) * bytes.length);
        bytes = Buffer.concat([bytes.subarray(0, at), put, bytes.subarray(at + (keepsLength ? put.length : cut))]);
      }
      await writeFile(path, bytes);
      const before = process.memoryUsage().arrayBuffers;
      try {
        await readTorchFile(path);
        loaded += 1;
      } catch (error) {
        const { message, cause } = error as Error & { cause?: unknown };
        if (!message.startsWith(`${path}: `) || message.includes('\n') || cause instanceof TypeError || cause instanceof RangeError) throw error;
      }
      if (process.memoryUsage().arrayBuffers - before > 20_000_000) throw new Error('it allocates');
    }),
    { numRuns: 1000 },
  );
  t.true(loaded > 20, `only ${loaded} files loaded`);
});
