import test from 'ava';
import { packBits, unpackBits } from '../../src/storage/bit-text.ts';

test('what is packed comes back, at every length', (t) => {
  for (const count of [0, 1, 7, 8, 9, 872]) {
    const flags = Array.from({ length: count }, (_, i) => (i * i) % 3 === 1);
    t.deepEqual(unpackBits(packBits(flags), count), flags);
  }
  t.is(packBits([true, false, false, false, false, false, false, false, true]), 'AQE=');
  t.is(packBits(Array.from({ length: 6000 }, () => true)).length, 1000);
});

test('another number of bits, and what is no base64, are told', (t) => {
  t.throws(() => unpackBits('AQE=', 8), { message: 'these are not 8 bits in base64' });
  t.throws(() => unpackBits('A?E=', 9), { message: 'these are not 9 bits in base64' });
  t.throws(() => unpackBits('', 1), { message: 'these are not 1 bits in base64' });
});
