// The frame of one TFRecord, in which TensorBoard's event files keep their messages. Little-endian:
//   0       uint64  n, the length of the data
//   8       uint32  masked CRC-32C of those 8 bytes
//   12      n bytes data
//   12 + n  uint32  masked CRC-32C of the data
// A checksum is masked (rotated right by 15, plus a constant), so that data which holds checksums does not check itself. Written only.
import { crc32c } from './crc32c.ts';

const maskDelta = 0xa282ead8;

/** The framed record, to be appended in a single write. */
export function tfRecord(pieces: readonly Uint8Array[]): Uint8Array {
  const length = pieces.reduce((sum, { byteLength }) => sum + byteLength, 0);
  const record = new Uint8Array(length + 16);
  const view = new DataView(record.buffer);
  view.setBigUint64(0, BigInt(length), true);
  view.setUint32(8, masked(crc32c(record.subarray(0, 8))), true);
  let place = 12;
  for (const piece of pieces) {
    record.set(piece, place);
    place += piece.byteLength;
  }
  view.setUint32(place, masked(crc32c(...pieces)), true);
  return record;
}

function masked(crc: number): number {
  return (((crc >>> 15) | (crc << 17)) + maskDelta) >>> 0;
}
