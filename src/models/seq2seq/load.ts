/**
 * Loading an encoder-decoder's Hugging Face folder: config.json, generation_config.json where there is one, and the weights, strict in both
 * directions. Only a bias that is not learned may be missing: it is zero then, as in transformers.
 */
import { join } from 'node:path';
import { withCheckpoint } from '../../storage/checkpoint.ts';
import { readJson, readJsonIfPresent } from '../../storage/json.ts';
import type { LoadedModel } from '../load.ts';
import { canonical, loadFitting } from '../strict-weights.ts';
import type { Seq2SeqConfig } from './config.ts';
import { parseSeq2SeqConfig } from './config-file.ts';
import { seq2seqFamilies } from './families.ts';
import { generationNotices } from './generation.ts';
import { createSeq2Seq, type Seq2Seq, seq2seqSpecs } from './model.ts';

/** The configuration of a folder, without its weights. */
export async function readSeq2SeqConfig(folder: string): Promise<Seq2SeqConfig> {
  const [file, searchFile] = [join(folder, 'config.json'), join(folder, 'generation_config.json')];
  const search = await readJsonIfPresent(searchFile);
  return parseSeq2SeqConfig({ json: await readJson(file), file }, search === undefined ? undefined : { json: search, file: searchFile });
}

/** @throws one error that lists the missing, unexpected and misshapen names. */
export async function loadSeq2Seq(folder: string): Promise<LoadedModel<Seq2Seq>> {
  const config = await readSeq2SeqConfig(folder);
  const { family, encoderLayers, layers } = config;
  const { names, isCopy } = seq2seqFamilies[family];
  const { parameters } = await withCheckpoint(folder, async (stored) => {
    const tensors = canonical(stored, folder, { prefix: names.prefix, bare: /^(shared|encoder|decoder)\./, isCopy: (name) => isCopy(name, config) });
    const absent = new Set(names.productBias === undefined || tensors.has(names.productBias) ? [] : [names.productBias]);
    return loadFitting(seq2seqSpecs(config), tensors, { folder, what: `${family}, ${encoderLayers}+${layers} layers`, fresh: { names: absent, values: () => new Float32Array(config.vocabulary) } });
  });
  // Older folders say in config.json how they search.
  const said = Object.keys(config.generation.source).length > 0 ? config.generation : config;
  return { model: createSeq2Seq(config, parameters), notices: generationNotices(said) };
}
