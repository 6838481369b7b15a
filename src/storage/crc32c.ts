// CRC-32C (Castagnoli): the checksum of TFRecord files. Polynomial 0x1EDC6F41, taken bit-reflected as 0x82F63B78, all ones in and out
// (RFC 3720, appendix B.4). Not the CRC-32 of zip and PNG.

/** The remainder of every byte. */
const table = Uint32Array.from({ length: 256 }, (_, byte) => {
  let remainder = byte;
  for (let bit = 0; bit < 8; bit++) remainder = remainder & 1 ? (remainder >>> 1) ^ 0x82f63b78 : remainder >>> 1;
  return remainder;
});

/** 0 .. 2^32-1, over the pieces as if they were one. */
export function crc32c(...pieces: readonly Uint8Array[]): number {
  let remainder = 0xffffffff;
  for (const bytes of pieces) {
    for (let place = 0; place < bytes.length; place++) remainder = (remainder >>> 8) ^ table[(remainder ^ bytes[place]!) & 0xff]!;
  }
  return (remainder ^ 0xffffffff) >>> 0;
}
