/**
 * Settings of a recipe from the command line: `--set teacher.steps=300` changes one by its path. An unknown path names the nearest
 * one; a wrong type says what is wanted. Nothing is evaluated: values are JSON, or plain text where JSON does not read them.
 */
import { z } from 'zod';

export type Settings = Readonly<Record<string, unknown>>;

/** The schema's defaults with the overrides put in, checked. @throws naming the path and the nearest one. */
export function overrideSettings<S extends z.ZodObject>(schema: S, overrides: readonly string[], base: Settings = {}): z.output<S> {
  const defaults = schema.parse(base) as Settings;
  const merged = structuredClone(defaults) as Record<string, unknown>;
  for (const override of overrides) {
    const cut = override.indexOf('=');
    if (cut < 1) throw new Error(`--set ${override}: write path=value, as --set seeds=[1,2]`);
    place(merged, override.slice(0, cut), read(override.slice(cut + 1)), pathsOf(defaults));
  }
  const result = schema.safeParse(merged);
  if (!result.success) throw new Error(`settings: ${z.prettifyError(result.error)}`);
  return result.data;
}

function read(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

function place(settings: Record<string, unknown>, path: string, value: unknown, known: readonly string[]): void {
  if (!known.includes(path)) throw new Error(`--set ${path}: there is no such setting; did you mean ${nearest(path, known)}? There are: ${known.join(', ')}`);
  const parts = path.split('.');
  const last = parts.pop() ?? '';
  const owner = parts.reduce<Record<string, unknown>>((object, part) => object[part] as Record<string, unknown>, settings);
  owner[last] = value;
}

/** Every path that can be set, inner ones included. */
function pathsOf(settings: Settings, prefix = ''): string[] {
  return Object.entries(settings).flatMap(([key, value]) => {
    const path = `${prefix}${key}`;
    const inner = typeof value === 'object' && value !== null && !Array.isArray(value) ? pathsOf(value as Settings, `${path}.`) : [];
    return [path, ...inner];
  });
}

/** The known word with the fewest edits from `word`. */
export function nearest(word: string, known: readonly string[]): string {
  const ranked = known.map((candidate) => ({ candidate, distance: editDistance(word, candidate) }));
  return ranked.sort((a, b) => a.distance - b.distance)[0]?.candidate ?? word;
}

/** Levenshtein's distance. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(change, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
