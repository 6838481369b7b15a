// Yes and no for each of many things as a short text: eight a byte, the first in the lowest bit, bytes in base64. For small files that
// people may look at. How many there are is not written: whoever reads them knows.

export function packBits(flags: readonly boolean[]): string {
  const bytes = new Uint8Array(Math.ceil(flags.length / 8));
  flags.forEach((flag, at) => {
    if (flag) bytes[at >> 3] = (bytes[at >> 3] ?? 0) | (1 << (at & 7));
  });
  return Buffer.from(bytes).toString('base64');
}

/** @throws where the text is not that of so many. */
export function unpackBits(text: string, count: number): boolean[] {
  const bytes = Buffer.from(text, 'base64');
  if (bytes.length !== Math.ceil(count / 8) || bytes.toString('base64') !== text) throw new Error(`these are not ${count} bits in base64`);
  return Array.from({ length: count }, (_, at) => ((bytes[at >> 3] ?? 0) & (1 << (at & 7))) !== 0);
}
