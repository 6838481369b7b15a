import test from 'ava';
import { viewOf } from '../../src/storage/typed-view.ts';

test('an aligned view is a view, any other a copy with the same bytes, Buffers included', (t) => {
  const bytes = new Uint8Array([0, 1, 0, 2, 0, 3, 0, 4]);
  t.deepEqual(viewOf(bytes.subarray(4), 4), [bytes.buffer, 4, 1]);
  for (const odd of [bytes.subarray(1, 5), Buffer.from(bytes.buffer, 1, 4)]) {
    const [buffer, byteOffset, length] = viewOf(odd, 2);
    t.not(buffer, bytes.buffer);
    t.deepEqual([...new Uint16Array(buffer, byteOffset, length)], [1, 2].map((low) => new Uint16Array(new Uint8Array([low, 0]).buffer)[0]));
  }
});
