import test from 'ava';
import { crc32c } from '../../src/storage/crc32c.ts';

test('the values of RFC 3720, appendix B.4, and the usual check value', (t) => {
  t.is(crc32c(new Uint8Array(32)), 0x8a9136aa);
  t.is(crc32c(new Uint8Array(32).fill(0xff)), 0x62a8ab43);
  t.is(crc32c(Uint8Array.from({ length: 32 }, (_, place) => place)), 0x46dd794e);
  t.is(crc32c(Uint8Array.from({ length: 32 }, (_, place) => 31 - place)), 0x113fdb5c);
  t.is(crc32c(Buffer.from('123456789')), 0xe3069283);
  t.is(crc32c(), 0);
});

test('pieces count as if they were one', (t) => {
  t.is(crc32c(Buffer.from('1234'), new Uint8Array(), Buffer.from('56789')), crc32c(Buffer.from('123456789')));
});
