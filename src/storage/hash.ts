// Content addresses: SHA-256 in lower-case hexadecimal, of text, bytes, files and plain values.
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';

/** Text is hashed as UTF-8. */
export function sha256(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex');
}

/** Reads the file once, in pieces: its size does not matter. */
export async function hashFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}

/**
 * The same hash for the same plain value, whatever the order of its keys: SHA-256 of `canonicalJson`.
 * @throws what `canonicalJson` throws.
 */
export function fingerprint(value: unknown): string {
  return sha256(canonicalJson(value));
}

/**
 * JSON without spaces, keys sorted by UTF-16 units, properties that are undefined left out.
 * @throws where a value has no single honest text: NaN, infinities, functions, symbols, bigints, class instances
 * (typed arrays, dates, maps), undefined in a list, an object inside itself.
 */
export function canonicalJson(value: unknown): string {
  return write(value, '$', []);
}

function write(value: unknown, place: string, ancestors: readonly object[]): string {
  const refuse = (what: string) => new Error(`cannot fingerprint ${place}: ${what}`);
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return JSON.stringify(value);
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw refuse(`${value} is not a JSON number`);
    return JSON.stringify(value);
  }
  if (typeof value !== 'object') throw refuse(`${typeof value} is not JSON`);
  if (ancestors.includes(value)) throw refuse('it contains itself');
  const inside = [...ancestors, value];
  if (Array.isArray(value)) return `[${Array.from(value, (item, index) => write(item, `${place}[${index}]`, inside)).join(',')}]`;
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== null && prototype !== Object.prototype) throw refuse('only plain objects and lists have a fingerprint');
  const entries = Object.entries(value).filter(([, item]) => item !== undefined);
  entries.sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, item]) => `${JSON.stringify(key)}:${write(item, `${place}.${key}`, inside)}`).join(',')}}`;
}
