/**
 * What every store of a teacher's work keeps in its header: the shards written so far, each with its rows and its checksum. Shards are written
 * whole, one after the other, and named only when they lie there; a store goes on after the last of them. Which rows they hold is not decided here.
 */
import { z } from 'zod';
import { quoted } from '../storage/quoted.ts';

export const shardSchema = z.strictObject({
  file: z.string().regex(/^shard-\d{5}\.arrow$/),
  rows: z.int().positive(),
  sha256: z.string().length(64),
});
export type Shard = z.infer<typeof shardSchema>;

export function shardFile(index: number): string {
  return `shard-${String(index).padStart(5, '0')}.arrow`;
}

export function storedIn({ shards }: { readonly shards: readonly Shard[] }): number {
  return shards.reduce((sum, { rows }) => sum + rows, 0);
}

/** The shards up to the first whose file is gone: a damaged one that was deleted is written again, with those after it. */
export async function leadingShards(shards: readonly Shard[], read: (shard: Shard) => Promise<unknown>): Promise<Shard[]> {
  for (const [index, shard] of shards.entries()) {
    const present = await read(shard).then(() => true, absentAs(false));
    if (!present) return shards.slice(0, index);
  }
  return [...shards];
}

/** A handler for `catch` that answers for a file that is not there, and only for that. */
export function absentAs<T>(instead: T): (error: unknown) => T {
  return (error) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return instead;
    throw error;
  };
}

/** What two descriptions of a source say of the fields that differ, a line each, for an error. */
export function differences<S extends object>(found: S, wanted: Partial<S>): string[] {
  const shown = (value: unknown) => JSON.stringify(value);
  return (Object.keys(wanted) as (keyof S & string)[])
    .filter((field) => shown(found[field]) !== shown(wanted[field]))
    .map((field) => `  ${field}: stored ${quoted(found[field], 300)}, wanted ${quoted(wanted[field], 300)}`);
}
