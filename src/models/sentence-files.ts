/**
 * What makes a bare encoder's folder a sentence embedder for sentence-transformers: modules.json, which names the steps, and the settings of
 * mean pooling. transformers.js is told by its caller (`pooling: 'mean'`) and reads none of it. Other poolings are refused.
 */
import { basename, join } from 'node:path';
import { z } from 'zod';
import { readJsonIfPresent, writeJson } from '../storage/json.ts';
import { listed, quoted } from '../storage/quoted.ts';
import { shapeFault } from '../storage/shape-fault.ts';

export interface SentenceSettings {
  /** Whether embeddings are brought to length 1. */
  readonly normalize: boolean;
  /** Longest text, in tokens. */
  readonly maxTokens: number;
}

const module = (idx: number, kind: string, path: string) => ({ idx, name: String(idx), path, type: `sentence_transformers.models.${kind}` });

export async function writeSentenceFiles(folder: string, { normalize, maxTokens }: SentenceSettings, width: number): Promise<void> {
  await writeJson(join(folder, 'modules.json'), [module(0, 'Transformer', ''), module(1, 'Pooling', '1_Pooling'), ...(normalize ? [module(2, 'Normalize', '2_Normalize')] : [])]);
  await writeJson(join(folder, 'sentence_bert_config.json'), { max_seq_length: maxTokens, do_lower_case: false });
  await writeJson(join(folder, '1_Pooling', 'config.json'), {
    word_embedding_dimension: width,
    pooling_mode_cls_token: false,
    pooling_mode_mean_tokens: true,
    pooling_mode_max_tokens: false,
    pooling_mode_mean_sqrt_len_tokens: false,
  });
}

const modulesSchema = z.array(z.looseObject({ path: z.string(), type: z.string() }));
const poolingSchema = z.record(z.string(), z.unknown());
const lengthSchema = z.looseObject({ max_seq_length: z.int().positive().nullish() });

/** Of an embedder's folder; undefined where it has no modules.json. @throws where it pools otherwise than by the mean, or has steps beyond normalising. */
export async function readSentenceSettings(folder: string): Promise<SentenceSettings | undefined> {
  const file = join(folder, 'modules.json');
  const modules = await ifPresent(file, modulesSchema);
  if (modules === undefined) return undefined;
  const kinds = modules.map(({ type }) => type.split('.').at(-1) ?? '');
  const stranger = kinds.find((kind) => !['Transformer', 'Pooling', 'Normalize'].includes(kind));
  const pooling = modules.find((_, index) => kinds[index] === 'Pooling');
  if (stranger !== undefined || pooling === undefined) throw new Error(`${file}: ${stranger === undefined ? 'no pooling' : `a step ${quoted(stranger)}`}; embedders are supported that take the mean of their tokens, normalised or not`);
  if (!namesFolder(pooling.path)) throw new Error(`${file}: its pooling lies in ${quoted(pooling.path)}, which is no folder within this one`);
  const settings = join(folder, pooling.path, 'config.json');
  const modes = await ifPresent(settings, poolingSchema);
  const chosen = Object.entries(modes ?? {}).flatMap(([name, value]) => (name.startsWith('pooling_mode_') && value === true ? [name] : []));
  if (chosen.join() !== 'pooling_mode_mean_tokens') throw new Error(`${settings}: it pools by ${listed(chosen) || 'nothing'}; only pooling_mode_mean_tokens is supported`);
  const length = await ifPresent(join(folder, 'sentence_bert_config.json'), lengthSchema);
  return { normalize: kinds.includes('Normalize'), maxTokens: length?.max_seq_length ?? 512 };
}

/** Of one folder within another, as every system can have it. */
function namesFolder(name: string): boolean {
  return name === basename(name) && !['', '.', '..'].includes(name) && !name.includes('\0') && Buffer.byteLength(name) <= 255;
}

async function ifPresent<T>(file: string, schema: z.ZodType<T>): Promise<T | undefined> {
  const value = await readJsonIfPresent(file);
  if (value === undefined) return undefined;
  const { success, data, error } = schema.safeParse(value);
  if (!success) throw new Error(`${file}: ${shapeFault(error)}`);
  return data;
}
