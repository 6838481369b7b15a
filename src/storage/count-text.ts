// Small whole numbers as a short text: seven bits a byte, the lowest first, the eighth bit set where more follow; deflated, in base64. For
// small files that people may look at, beside bit-text.ts. How many there are is not written: whoever reads them knows.
import { deflateRawSync, inflateRawSync } from 'node:zlib';

/** Most bytes that one number below 2^31 takes. */
const longest = 5;

export function packCounts(counts: ArrayLike<number>): string {
  const bytes: number[] = [];
  for (const count of Array.from(counts)) {
    if (!Number.isInteger(count) || count < 0 || count >= 2 ** 31) throw new Error(`${count} is no count from 0 to 2^31`);
    let rest = count;
    for (; rest > 127; rest >>>= 7) bytes.push((rest & 127) | 128);
    bytes.push(rest);
  }
  return deflateRawSync(Uint8Array.from(bytes), { level: 9 }).toString('base64');
}

/** @throws where the text is not that of so many. */
export function unpackCounts(text: string, count: number): number[] {
  const fault = new Error(`these are not ${count} counts, deflated and in base64`);
  const packed = Buffer.from(text, 'base64');
  if (packed.toString('base64') !== text) throw fault;
  let bytes: Uint8Array;
  try {
    bytes = inflateRawSync(packed, { maxOutputLength: longest * count + 1 });
  } catch (cause) {
    throw new Error(fault.message, { cause });
  }
  const counts: number[] = [];
  for (let at = 0; at < bytes.length; ) {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at++];
      if (byte === undefined || shift >= 7 * longest) throw fault;
      value += (byte & 127) * 2 ** shift;
      if (byte < 128) break;
    }
    if (value >= 2 ** 31) throw fault;
    counts.push(value);
  }
  if (counts.length !== count) throw fault;
  return counts;
}
