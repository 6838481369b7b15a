// Runs every search of a generation.json: the settings that then held, the sequences, their scores and those of each step.
import { z } from 'zod';
import { beamSearch } from '../../src/decode/beam-search.ts';
import { greedy } from '../../src/decode/greedy.ts';
import { upload } from '../../src/engine/batch.ts';
import { parseGeneration } from '../../src/models/seq2seq/generation.ts';
import type { Seq2Seq } from '../../src/models/seq2seq/model.ts';
import { openDecoder } from '../../src/models/seq2seq/step-decoder.ts';
import type { Comparison } from './comparison.ts';
import { fixtureArrays, inputsSchema } from './encoder-batch.ts';
import { readFixture } from './fixture-file.ts';
import { inHalf } from './tolerance.ts';

const id = z.int();
const fields = z.record(z.string(), z.unknown());

const generationSchema = z.strictObject({
  family: z.string(),
  eos_token_id: id,
  pad_token_id: id,
  decoder_start_token_id: id,
  dropped_for_margin: z.array(z.unknown()),
  cases: z.array(z.strictObject({
    case: z.string(),
    arguments: fields,
    effective: fields,
    inputs: inputsSchema,
    smallest_margin: z.number(),
    rows: z.array(z.strictObject({ beams: z.array(z.strictObject({ sequence: z.array(id), score: z.number().optional() })), step_log_probs: z.array(z.number()), margin: z.number(), equals_greedy: z.boolean() })),
  })),
});

type Case = z.infer<typeof generationSchema>['cases'][number];

/** As the fixtures state it: sequences equal, scores and steps within this. */
const bound = { relative: 1e-4, absolute: 1e-4 };

/** In bf16 a search may part from the reference where its margin is smaller than what rounding moves: then nothing is compared but that it ends. */
const halfMargin = 0.5;

export async function compareGenerations(comparison: Comparison, model: Seq2Seq, file: string): Promise<void> {
  const { cases, ...ids } = await readFixture(file, generationSchema);
  const { padId, startId, generation } = model.config;
  comparison.equal('token ids', [ids.pad_token_id, ids.decoder_start_token_id, [ids.eos_token_id]], [padId, startId, generation.eosIds]);
  for (const one of cases) await comparison.inCase(one.case, () => compareCase(comparison, model, one, file));
}

async function compareCase(comparison: Comparison, model: Seq2Seq, one: Case, file: string): Promise<void> {
  const { source: _own, ...settings } = parseGeneration({ ...model.config.generation.source, ...one.arguments }, file);
  const { source: _held, ...effective } = parseGeneration(one.effective, file);
  comparison.equal('settings', settings, effective);
  const batch = upload(fixtureArrays(one.inputs));
  const decoder = openDecoder(model, batch);
  batch.dispose();
  const options = { ...settings, sources: one.rows.length };
  try {
    if (settings.beams === 1) {
      const said = await greedy(decoder, options);
      one.rows.forEach((row, source) => compareRow(comparison, source, row, [said[source]!], said[source]!.logits));
    } else {
      const said = await beamSearch(decoder, { ...options, nBest: Number(one.effective.num_return_sequences) });
      one.rows.forEach((row, source) => compareRow(comparison, source, row, said[source]!, said[source]![0]!.logProbs));
    }
  } finally {
    decoder.dispose();
  }
}

interface Said {
  readonly tokens: Int32Array;
  readonly score: number;
}

function compareRow(comparison: Comparison, source: number, { beams, step_log_probs: steps, margin }: Case['rows'][number], said: readonly Said[], stepped: Float32Array): void {
  if (inHalf() && margin < halfMargin) return;
  comparison.equal(`row ${source + 1}`, said.map(({ tokens }) => [...tokens]), beams.map(({ sequence }) => sequence.slice(1)));
  if (inHalf()) return;
  beams.forEach(({ score }, rank) => score !== undefined && comparison.close(`row ${source + 1}, score ${rank + 1}`, [said[rank]?.score ?? NaN], [score], bound));
  comparison.close(`row ${source + 1}, steps`, stepped, steps, bound);
}
