// Checks the compiled table of character replacements that sentencepiece models carry (`precompiled_charsmap`): the native library walks it
// on trust, and a damaged one ends the process. Nothing is replaced here.
//   0  u32  n, bytes of the trie (a double array, https://github.com/s-yata/darts-clone)
//   4  n / 4 units of u32: bits 0-7 label, 8 has a leaf, 9 the offset is in blocks of 256, 10-30 offset, 31 it is a leaf's value
//   4 + n  replacements, UTF-8, each closed by a zero; a leaf's value is where its replacement begins

/** @throws a sentence about what is wrong; the caller adds the file. */
export function checkCharactersMap(map: Uint8Array): void {
  const view = new DataView(map.buffer, map.byteOffset, map.byteLength);
  const length = map.length >= 4 ? view.getUint32(0, true) : 0;
  if (length < 1024 || length % 1024 !== 0 || 4 + length > map.length) throw damaged('it is cut short');
  const units = new Uint32Array(length / 4).map((_, i) => view.getUint32(4 + 4 * i, true));
  const text = map.subarray(4 + length);
  if (!isUtf8(text)) throw damaged('its replacements are no UTF-8 text');
  walk(units, (value) => {
    // Not past the end, and not inside a character.
    const first = text[value];
    if (first === undefined || (first & 0xc0) === 0x80) throw damaged('it points outside of its replacements');
  });
}

/** Every state that some text can lead to. Whatever byte follows, its unit must lie in the array. */
function walk(units: Uint32Array, onLeaf: (value: number) => void): void {
  const states = [offsetOf(units[0] ?? 0)];
  const seen = new Set(states);
  for (let state = states.pop(); state !== undefined; state = states.pop()) {
    if ((state | 0xff) >= units.length) throw damaged('it points outside of itself');
    for (let byte = 1; byte < 256; byte++) {
      const place = state ^ byte;
      const unit = units[place] ?? 0;
      if ((unit & 0x800000ff) !== byte) continue;
      const next = (place ^ offsetOf(unit)) >>> 0;
      if ((unit & 0x100) !== 0) {
        const leaf = units[next];
        if (leaf === undefined) throw damaged('it points outside of itself');
        onLeaf(leaf & 0x7fffffff);
      }
      if (!seen.has(next)) states.push(next);
      seen.add(next);
    }
  }
}

function offsetOf(unit: number): number {
  return ((unit >>> 10) << ((unit & 0x200) >>> 6)) >>> 0;
}

function isUtf8(bytes: Uint8Array): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
}

function damaged(how: string): Error {
  return new Error(`the table of character replacements is damaged: ${how}`);
}
