/**
 * How many bytes a label store takes, before it is made: what its columns hold, each example's id and the few numbers by which Arrow
 * finds them. Frames and the header, some kilobytes a shard, are left out.
 */
import { columnsOf, type LabelHeader } from './label-header.ts';

export interface LabelledText {
  readonly examples: number;
  /** Of all examples together, as the teacher cuts them. */
  readonly tokens: number;
  /** Of all their ids, in UTF-8. */
  readonly idBytes: number;
}

export function labelBytes(plan: Pick<LabelHeader, 'wants' | 'states' | 'source'>, { examples, tokens, idBytes }: LabelledText): number {
  const offsets = 4 * examples;
  return columnsOf(plan).reduce((sum, { dtype, width, perToken = false }) => {
    const vector = width * (dtype === 'float32' ? 4 : 2);
    return sum + (perToken ? tokens * vector + offsets : examples * vector);
  }, idBytes + offsets);
}
