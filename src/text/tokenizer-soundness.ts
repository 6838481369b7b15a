// What the native library takes on trust in a tokenizer.json and answers with the end of the process: a template whose special tokens
// are not described, or are described in two ways, and a damaged table of character replacements. Everything else it checks itself.
import { z } from 'zod';
import { quoted } from '../storage/quoted.ts';
import { shapeFault } from '../storage/shape-fault.ts';
import { checkCharactersMap } from './characters-map.ts';
import type { TokenizerDefinition } from './word-piece.ts';

const definitionSchema = z.looseObject({
  model: z.looseObject({ type: z.string().optional() }),
  added_tokens: z.array(z.looseObject({ id: z.int().nonnegative(), content: z.string() })).nullish(),
});
const piece = z.union([z.looseObject({ SpecialToken: z.looseObject({ id: z.string() }) }), z.looseObject({ Sequence: z.looseObject({ id: z.enum(['A', 'B']) }) })]);
const templateSchema = z.looseObject({
  single: z.array(piece),
  pair: z.array(piece),
  special_tokens: z.record(z.string(), z.looseObject({ id: z.string(), ids: z.array(z.int().nonnegative()), tokens: z.array(z.string()) })),
});

/** @returns the definition. @throws a sentence about what is wrong with it; the caller adds the file. */
export function checkDefinition(value: unknown): TokenizerDefinition {
  const definition = definitionSchema.safeParse(value);
  if (!definition.success) throw new Error(`is this a tokenizer.json? ${shapeFault(definition.error)}`);
  checkProcessor(definition.data.post_processor, 0);
  checkNormalizer(definition.data.normalizer, 0);
  const { added_tokens: added, ...rest } = definition.data;
  return { ...rest, ...(added && { added_tokens: added }) } as TokenizerDefinition;
}

/** Tables of character replacements, wherever they stand in a sequence of normalizers. */
function checkNormalizer(normalizer: unknown, depth: number): void {
  if (typeof normalizer !== 'object' || normalizer === null) return;
  if (depth > 8) throw new Error('its normalizer nests too deeply');
  if ('normalizers' in normalizer && Array.isArray(normalizer.normalizers)) for (const inner of normalizer.normalizers) checkNormalizer(inner, depth + 1);
  if (!('precompiled_charsmap' in normalizer || ('type' in normalizer && normalizer.type === 'Precompiled'))) return;
  const table = z.looseObject({ precompiled_charsmap: z.base64() }).safeParse(normalizer);
  if (!table.success) throw new Error(`its normalizer is no table of character replacements: ${shapeFault(table.error)}`);
  checkCharactersMap(Buffer.from(table.data.precompiled_charsmap, 'base64'));
}

/** Templates, wherever they stand in a sequence of processors. */
function checkProcessor(processor: unknown, depth: number): void {
  if (typeof processor !== 'object' || processor === null) return;
  if (depth > 8) throw new Error('its post_processor nests too deeply');
  if ('processors' in processor && Array.isArray(processor.processors)) for (const inner of processor.processors) checkProcessor(inner, depth + 1);
  if (!('single' in processor || 'special_tokens' in processor)) return;
  const template = templateSchema.safeParse(processor);
  if (!template.success) throw new Error(`its post_processor is no template: ${shapeFault(template.error)}`);
  const { single, pair, special_tokens: known } = template.data;
  for (const [name, { ids, tokens }] of Object.entries(known)) {
    if (ids.length !== tokens.length) throw new Error(`its post_processor gives ${quoted(name)} ${ids.length} ids for ${tokens.length} tokens`);
  }
  for (const used of [...single, ...pair]) {
    const name = 'SpecialToken' in used ? (used.SpecialToken as { id: string }).id : undefined;
    if (name !== undefined && !Object.hasOwn(known, name)) throw new Error(`its post_processor uses ${quoted(name)} and does not describe it among its special_tokens`);
  }
}
