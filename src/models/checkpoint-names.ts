/**
 * From the names an encoder's checkpoint has to the names the model declares: a missing or surplus prefix, buffers, stored copies of tied
 * weights, heads of other tasks. Whatever is left after that is matched strictly, in both directions (`strict-weights.ts`).
 */
import type { FamilyName } from './config.ts';
import { families } from './families.ts';
import { canonical } from './strict-weights.ts';

/** Parts of the published heads: a model of another task leaves them, and says so. */
export function isHead(family: FamilyName, name: string): boolean {
  return families[family].heads.some((start) => name.startsWith(start));
}

/**
 * The checkpoint under the model's names.
 * @throws if two stored names stand for one parameter.
 */
export function canonicalNames<T>(family: FamilyName, stored: ReadonlyMap<string, T>, place: string): Map<string, T> {
  const { names: { prefix }, copies } = families[family];
  return canonical(stored, place, {
    prefix,
    bare: /^(embeddings|embeddings_project|encoder|transformer|pooler)\./,
    isCopy: (name) => /(^|\.)position_ids$/.test(name) || copies.includes(name),
  });
}

/** The name to store a parameter under: a bare encoder's carry no prefix. */
export function storedName(family: FamilyName, bare: boolean, name: string): string {
  const { prefix } = families[family].names;
  return bare && name.startsWith(`${prefix}.`) ? name.slice(prefix.length + 1) : name;
}
