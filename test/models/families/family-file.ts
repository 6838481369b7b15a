/** The config.json of a family's fixture, changed where a test wants it, and what is made of it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import type { EncoderConfig } from '../../../src/models/config.ts';
import { configToJson, parseConfig } from '../../../src/models/config-file.ts';

const fieldsOf = (fixture: string) => JSON.parse(readFileSync(join(import.meta.dirname, '../../fixtures/models', fixture, 'config.json'), 'utf8')) as Record<string, unknown>;

export function configOf(fixture: string, change: Record<string, unknown> = {}): EncoderConfig {
  return parseConfig({ ...fieldsOf(fixture), ...change }, 'config.json');
}

/** The configuration of as little as a file may say. */
export function sparseConfig(model_type: string, fields: Record<string, unknown>): EncoderConfig {
  return parseConfig({ model_type, max_position_embeddings: 64, vocab_size: 50, ...fields }, 'config.json');
}

/** What the toolkit writes from its own knowledge, without the fields that came along, is what transformers wrote; `except` are of no consequence. */
export function writesEveryField(t: ExecutionContext, fixture: string, except: readonly string[]): void {
  const published = fieldsOf(fixture);
  const written = configToJson({ ...configOf(fixture), source: {} });
  const ignored = new Set(['transformers_version', 'use_cache', 'is_decoder', 'add_cross_attention', 'bos_token_id', 'eos_token_id', ...except]);
  for (const [field, value] of Object.entries(published)) if (!ignored.has(field)) t.deepEqual(written[field], value, field);
  t.deepEqual(parseConfig(written, 'config.json'), { ...configOf(fixture), source: written });
}

/** @returns the message of the refusal. */
export function refusal(t: ExecutionContext, fixture: string, change: Record<string, unknown>): string {
  return t.throws(() => configOf(fixture, change)).message;
}
