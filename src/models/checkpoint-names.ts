/**
 * From the names a checkpoint has to the names the model declares: old spellings, a missing or surplus prefix, buffers, and stored
 * copies of tied weights. Whatever is left after that is matched strictly, in both directions.
 */
import { printable } from '../storage/quoted.ts';
import type { FamilyName } from './config.ts';
import { families } from './families.ts';

/** Checkpoints of 2018-2019 call a norm's weight and bias gamma and beta. */
function modernName(name: string): string {
  return name.replace(/LayerNorm\.gamma$/, 'LayerNorm.weight').replace(/LayerNorm\.beta$/, 'LayerNorm.bias');
}

/** Buffers, and copies of weights that are tied to others: nothing is lost by leaving them. */
function isDerived(family: FamilyName, name: string): boolean {
  return /(^|\.)position_ids$/.test(name) || families[family].copies.includes(name);
}

/** Parts of the published heads: a model of another task leaves them, and says so. */
export function isHead(family: FamilyName, name: string): boolean {
  return families[family].heads.some((start) => name.startsWith(start));
}

/**
 * The checkpoint under the model's names.
 * @throws if two stored names stand for one parameter.
 */
export function canonicalNames<T>(family: FamilyName, stored: ReadonlyMap<string, T>, place: string): Map<string, T> {
  const { prefix } = families[family].names;
  const bare = ![...stored.keys()].some((name) => name.startsWith(`${prefix}.`));
  const canonical = new Map<string, T>();
  for (const [name, value] of stored) {
    if (isDerived(family, name)) continue;
    const modern = modernName(name);
    const full = bare && /^(embeddings|embeddings_project|encoder|transformer|pooler)\./.test(modern) ? `${prefix}.${modern}` : modern;
    if (canonical.has(full)) throw new Error(`${place}: two stored tensors stand for ${printable(full)}`);
    canonical.set(full, value);
  }
  return canonical;
}

/** The name to store a parameter under: a bare encoder's carry no prefix. */
export function storedName(family: FamilyName, bare: boolean, name: string): string {
  const { prefix } = families[family].names;
  return bare && name.startsWith(`${prefix}.`) ? name.slice(prefix.length + 1) : name;
}
