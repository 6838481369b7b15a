// Typed arrays over bytes that may lie at any offset of a larger buffer.

/**
 * Arguments for the constructor of a typed array of `width`-byte elements over `bytes`: a view where the offset is a
 * multiple of `width`, a view of a copy where it is not.
 */
export function viewOf(bytes: Uint8Array, width: number): [buffer: ArrayBufferLike, byteOffset: number, length: number] {
  const aligned = bytes.byteOffset % width === 0 ? bytes : Uint8Array.from(bytes);
  return [aligned.buffer, aligned.byteOffset, aligned.byteLength / width];
}
