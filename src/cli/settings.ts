/**
 * Settings of a recipe from the command line: `--set teacher.steps=300` changes one by its path. An unknown path names the nearest
 * one; a wrong type says what is wanted. Nothing is evaluated: values are JSON, or plain text where JSON does not read them.
 */
import { z } from 'zod';
import { printable } from '../storage/quoted.ts';
import { shapeFault } from '../storage/shape-fault.ts';

export type Settings = Readonly<Record<string, unknown>>;

/** The schema's defaults with the overrides put in, checked. @throws naming the path and the nearest one. */
export function overrideSettings<S extends z.ZodObject>(schema: S, overrides: readonly string[], base: Settings = {}): z.output<S> {
  const merged: Record<string, unknown> = { ...structuredClone(defaultsOf(schema)), ...base };
  const known = pathsOf(schema);
  for (const override of overrides) {
    const cut = override.indexOf('=');
    if (cut < 1) throw new Error(`--set ${printable(override)}: write path=value, as --set seeds=[1,2]`);
    place(merged, override.slice(0, cut), read(override.slice(cut + 1)), known);
  }
  const result = schema.safeParse(merged);
  if (!result.success) throw new Error(`settings (--set path=value): ${shapeFault(result.error)}`);
  return result.data;
}

/** What the schema gives where nothing is said; settings without a default are absent. */
function defaultsOf(schema: z.ZodObject): Record<string, unknown> {
  return Object.fromEntries(Object.entries(schema.shape).flatMap(([key, field]) => {
    const filled = (field as z.ZodType).safeParse(undefined);
    return filled.success && filled.data !== undefined ? [[key, filled.data]] : [];
  }));
}

function read(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

function place(settings: Record<string, unknown>, path: string, value: unknown, known: readonly string[]): void {
  if (!known.includes(path)) throw new Error(`--set ${printable(path)}: there is no such setting; ${known.length === 0 ? 'there are none' : `did you mean ${nearest(path, known)}? There are: ${known.join(', ')}`}`);
  const parts = path.split('.');
  const last = parts.pop() ?? '';
  let owner = settings;
  for (const part of parts) {
    const inner = owner[part];
    owner[part] = typeof inner === 'object' && inner !== null ? inner : {}; // null and what an earlier --set made of it give way
    owner = owner[part] as Record<string, unknown>;
  }
  owner[last] = value;
}

/** Every path that can be set, inner ones included. */
function pathsOf(schema: z.ZodObject, prefix = ''): string[] {
  return Object.entries(schema.shape).flatMap(([key, field]) => {
    const path = `${prefix}${key}`;
    const inner = insideOf(field);
    return [path, ...(inner instanceof z.ZodObject ? pathsOf(inner, `${path}.`) : [])];
  });
}

/** What a default, an optional or a nullable setting holds when it holds something. */
function insideOf(field: unknown): unknown {
  const isWrapped = field instanceof z.ZodDefault || field instanceof z.ZodPrefault || field instanceof z.ZodOptional || field instanceof z.ZodNullable || field instanceof z.ZodReadonly;
  return isWrapped ? insideOf(field.unwrap()) : field;
}

/** The known word with the fewest edits from `word`. Where it names no place, a path's last part counts too: `stepps` is near `teacher.steps`. */
export function nearest(word: string, known: readonly string[]): string {
  const lastPart = (path: string): string => path.slice(path.lastIndexOf('.') + 1);
  const ranked = known.map((candidate) => {
    const whole = editDistance(word.toLowerCase(), candidate.toLowerCase());
    const last = word.includes('.') ? Infinity : editDistance(word.toLowerCase(), lastPart(candidate).toLowerCase()) + 0.5;
    return { candidate, distance: word === candidate ? -1 : Math.min(whole, last), whole };
  });
  return ranked.sort((a, b) => a.distance - b.distance || a.whole - b.whole)[0]?.candidate ?? word;
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
