import test from 'ava';
import { tfRecord } from '../../src/storage/tf-record.ts';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

// Recorded from TensorBoard 2.21's RecordWriter.
test('records are the bytes that TensorBoard\'s own writer makes', (t) => {
  t.is(hex(tfRecord([])), '000000000000000029039807d8ea82a2');
  t.is(hex(tfRecord([Buffer.from('ret'), Buffer.from('ort')])), '06000000000000007369d5377265746f7274301e1c67');
  const long = hex(tfRecord([Uint8Array.from({ length: 512 }, (_, place) => place % 256)]));
  t.is(long.length, 2 * 528);
  t.true(long.startsWith('000200000000000035a3b778') && long.endsWith('f946387f'));
});
