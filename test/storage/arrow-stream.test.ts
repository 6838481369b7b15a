import { readFile } from 'node:fs/promises';
import test from 'ava';
import { Bool, DateDay, Int32, RecordBatchFileWriter, Table, Utf8, makeBuilder, tableFromArrays, tableToIPC, vectorFromArray } from 'apache-arrow';
import { readArrowStream } from '../../src/storage/arrow-stream.ts';

const fromPython = await readFile(new URL('../fixtures/storage/pyarrow-two-batches.arrow', import.meta.url));

test('columns and buffers of a stream that pyarrow wrote', (t) => {
  const { columns, batches } = readArrowStream(fromPython);
  t.is(columns, 'id: Utf8, logits: FixedSizeList[2]<Float32>');
  t.is(batches.length, 2);
  for (const { rows, nodes, buffers } of batches) {
    t.is(rows, 2);
    t.deepEqual(nodes, [2, 2, 4].map((length) => ({ length, nullCount: 0 })));
    t.is(Buffer.from(buffers[2] ?? []).toString(), 'qr');
    t.is(buffers[5]?.byteLength, 16);
    t.is(buffers[5]?.buffer, fromPython.buffer, 'a view');
  }
});

test('a stream that is cut at any byte is refused', (t) => {
  for (let length = 0; length < fromPython.length; length++) {
    t.throws(() => readArrowStream(fromPython.subarray(0, length)), undefined, `${length} bytes`);
  }
  t.throws(() => readArrowStream(Buffer.concat([fromPython, Buffer.alloc(8)])), { message: /8 bytes follow the end/ });
});

test('any flipped bit gives an error or buffers inside the file, and never a large allocation', (t) => {
  const before = process.memoryUsage().rss;
  for (let bit = 0; bit < fromPython.length * 8; bit++) {
    const damaged = Uint8Array.from(fromPython);
    damaged[bit >> 3] = (damaged[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    try {
      const { batches } = readArrowStream(damaged);
      t.true(batches.length <= 2 && batches.every(({ buffers }) => buffers.every(({ buffer }) => buffer === damaged.buffer)));
    } catch (error) {
      t.true(error instanceof Error);
    }
  }
  t.true(process.memoryUsage().rss - before < 300_000_000);
});

test('what is Arrow but not this is refused', (t) => {
  const table = new Table({ id: vectorFromArray(['a'], new Utf8()) });
  t.is(readArrowStream(tableToIPC(table, 'stream')).columns, 'id: Utf8');
  t.throws(() => readArrowStream(RecordBatchFileWriter.writeAll(table).toUint8Array(true)), { message: /no Arrow message starts at byte 0/ });
  t.throws(() => readArrowStream(tableToIPC(tableFromArrays({ id: ['a', 'b'] }), 'stream')), { message: /dictionary/ });
  t.is(readArrowStream(tableToIPC(new Table({ n: makeBuilder({ type: new Int32() }).finish().toVector() }), 'stream')).columns, 'n: Int32');
  t.is(readArrowStream(tableToIPC(new Table({ b: makeBuilder({ type: new Bool() }).finish().toVector() }), 'stream')).columns, 'b: Bool');
  t.is(readArrowStream(tableToIPC(new Table({ d: makeBuilder({ type: new DateDay() }).finish().toVector() }), 'stream')).columns, 'd: Type8');
  t.throws(() => readArrowStream(fromPython.subarray(-8)), { message: 'it has no schema' });
});
