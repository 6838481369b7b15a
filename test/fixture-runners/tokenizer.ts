// Checks a tokeniser against a folder of expectations (`kind: "tokenizer"` in its cases.json): ids, types, masks, offsets, words,
// tokens, decoding, truncation, stride and padding. Everything must be equal, so the largest error is 0 or 1.
import { access } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { loadTokenizer } from '../../src/text/tokenizer-files.ts';
import type { Inspection, InspectOptions, TextInput, Tokenizer, Truncation } from '../../src/text/tokenizer.ts';
import type { FixtureResult } from './comparison.ts';
import { readFixture } from './fixture-file.ts';

const integers = z.array(z.int());

const expectedFields = {
  ids: integers.optional(),
  type_ids: integers.optional(),
  attention_mask: integers.optional(),
  special_tokens_mask: integers.optional(),
  offsets: integers.optional(),
  word_ids: z.array(z.int().nullable()).optional(),
  tokens: z.array(z.string()).optional(),
  overflowing: z.array(integers).optional(),
};
const settingsFields = {
  add_special_tokens: z.boolean().optional(),
  truncation: z.strictObject({ max_length: z.int(), strategy: z.enum(['longest_first', 'only_first', 'only_second']), stride: z.int().optional() }).optional(),
  padding: z
    .strictObject({ direction: z.enum(['left', 'right']), length: z.int().optional(), pad_to_multiple_of: z.int().optional(), pad_id: z.int().optional(), pad_type_id: z.literal(0).optional() })
    .optional(),
};

const rowSchema = z.strictObject(expectedFields).refine(({ ids }) => ids !== undefined, 'no ids are expected');
const caseSchema = z
  .strictObject({
    ...expectedFields,
    ...settingsFields,
    text: z.string(),
    pair: z.string().optional(),
    note: z.string().optional(),
    decoded: z.string().optional(),
    error: z.string().optional(),
    // What another library says, for the reader: not checked.
    sentencepiece_agrees: z.boolean().optional(),
    sentencepiece_ids: integers.optional(),
  })
  .refine(({ ids, error }) => (ids === undefined) !== (error === undefined), 'either ids or an error must be expected');
const batchSchema = z
  .strictObject({ ...settingsFields, note: z.string().optional(), texts: z.array(z.string()).optional(), pairs: z.array(z.tuple([z.string(), z.string()])).optional(), rows: z.array(rowSchema) })
  .refine(({ texts, pairs }) => (texts === undefined) !== (pairs === undefined), 'either texts or pairs must be given');

const tokenizerSchema = z.strictObject({
  family: z.string(),
  kind: z.literal('tokenizer'),
  tokenizer: z.string(),
  offsets: z.string().optional(),
  note: z.string().optional(),
  single: z.array(caseSchema),
  without_special_tokens: z.array(caseSchema).optional(),
  truncation: z.array(caseSchema).optional(),
  stride: z.array(caseSchema).optional(),
  batches: z.array(batchSchema).optional(),
});

type Expected = z.infer<typeof rowSchema>;
type Case = z.infer<typeof caseSchema>;
type BatchCase = z.infer<typeof batchSchema>;
type Settings = Pick<Case, keyof typeof settingsFields>;

/** Runs every case of `folder`/cases.json. @param options.tokenizerFile default: found from the path that cases.json gives. */
export async function checkTokenizerFixture(folder: string, options: { readonly tokenizerFile?: string } = {}): Promise<FixtureResult> {
  const cases = await readFixture(join(folder, 'cases.json'), tokenizerSchema);
  const tokenizer = await loadTokenizer(options.tokenizerFile ?? (await findTokenizer(folder, cases.tokenizer)));
  const failures: string[] = [];
  const singles = [...cases.single, ...(cases.without_special_tokens ?? []), ...(cases.truncation ?? []), ...(cases.stride ?? [])];
  const note = (differing: readonly string[], about: unknown): void => {
    if (differing.length > 0) failures.push(`${JSON.stringify(about)}: ${differing.join(', ')}`);
  };
  for (const one of singles) note(await differencesOf(tokenizer, one, cases.family === 'tokenizer-unigram'), [one.text, one.pair, one.truncation]);
  const batches = cases.batches ?? [];
  for (const batch of batches) note(await batchDifferencesOf(tokenizer, batch), [batch.texts ?? batch.pairs, batch.padding]);
  const count = singles.length + batches.length;
  if (count === 0) failures.push('no case was found');
  return { largestError: failures.length > 0 ? 1 : 0, cases: count, failures };
}

async function differencesOf(tokenizer: Tokenizer, one: Case, keepSpecialTokens: boolean): Promise<string[]> {
  const input = { text: one.text, ...(one.pair !== undefined && { pair: one.pair }) };
  let row: Inspection | undefined;
  try {
    [row] = await tokenizer.inspect([input], inspectOptions(one));
  } catch (error) {
    return one.error !== undefined && String(error).includes(one.error) ? [] : [String(error)];
  }
  if (one.error !== undefined) return [`no error where "${one.error}" is expected`];
  const differing = differingFields(one, row);
  if (one.decoded !== undefined && row && (await tokenizer.decode(row.ids, { skipSpecialTokens: !keepSpecialTokens })) !== one.decoded) differing.push('decoded');
  return differing;
}

async function batchDifferencesOf(tokenizer: Tokenizer, batch: BatchCase): Promise<string[]> {
  const inputs: TextInput[] = batch.pairs?.map(([text, pair]) => ({ text, pair })) ?? batch.texts?.map((text) => ({ text })) ?? [];
  try {
    const { pad_id: padId = tokenizer.padId } = batch.padding ?? {};
    if (padId !== tokenizer.padId) return [`padding with ${padId}, where the tokenizer pads with ${tokenizer.padId}`];
    const rows = await tokenizer.inspect(inputs, inspectOptions(batch));
    if (rows.length !== batch.rows.length) return [`${rows.length} rows`];
    return batch.rows.flatMap((row, i) => differingFields(row, rows[i]).map((field) => `row ${i} ${field}`));
  } catch (error) {
    return [String(error)];
  }
}

function differingFields(expected: Expected, row: Inspection | undefined): string[] {
  if (row === undefined) return ['nothing came back'];
  const actual: Required<Expected> = {
    ids: row.ids,
    type_ids: row.typeIds,
    attention_mask: row.attentionMask,
    special_tokens_mask: row.specialTokensMask,
    offsets: row.offsets.flat(),
    word_ids: row.wordIds,
    tokens: row.tokens,
    overflowing: row.overflowing,
  };
  return (Object.keys(actual) as (keyof Expected)[]).filter((field) => field in expected && !isDeepStrictEqual(expected[field], actual[field]));
}

function inspectOptions({ add_special_tokens: addSpecialTokens, truncation, padding }: Settings): InspectOptions {
  return {
    ...(addSpecialTokens !== undefined && { addSpecialTokens }),
    ...(truncation && {
      maxTokens: truncation.max_length,
      truncation: truncation.strategy.replace('_', '-') as Truncation,
      stride: truncation.stride ?? 0,
    }),
    ...(padding && {
      padding: {
        direction: padding.direction,
        ...(padding.length !== undefined && { length: padding.length }),
        ...(padding.pad_to_multiple_of !== undefined && { multipleOf: padding.pad_to_multiple_of }),
      },
    }),
  };
}

/** The fixture's own tokenizer.json, else the one that `named` ends in, looked for up the tree, else the project's copy of BERT's. */
async function findTokenizer(folder: string, named: string): Promise<string> {
  const candidates = [join(folder, 'tokenizer.json')];
  const tail = named.split('/').slice(-4).join('/');
  for (let at = resolve(folder); dirname(at) !== at; at = dirname(at)) candidates.push(join(at, tail));
  if (named.includes('bert-base-uncased')) candidates.push(join(import.meta.dirname, '../fixtures/models/tokenizer-wordpiece/tokenizer.json'));
  for (const candidate of candidates) {
    if (await access(candidate).then(() => true, () => false)) return candidate;
  }
  throw new Error(`${folder}: no tokenizer.json there and no ${named} above it; name one with tokenizerFile`);
}
