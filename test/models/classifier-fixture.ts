/** Reads a tiny classifier from test/fixtures/models: config, weights, and the logits PyTorch gives for each case. */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { EncoderConfig } from '../../src/models/config.ts';
import { parseConfig } from '../../src/models/config-file.ts';
import { float32Of } from '../../src/storage/halves.ts';
import { readSafetensors } from '../../src/storage/safetensors.ts';

type Ids = number[][];

export interface FixtureCase {
  readonly case: string;
  readonly inputs: { readonly input_ids: Ids; readonly attention_mask?: Ids; readonly token_type_ids?: Ids };
}

export interface ClassifierFixture {
  readonly configText: string;
  readonly config: EncoderConfig;
  readonly weights: Map<string, { shape: readonly number[]; data: Float32Array }>;
  readonly cases: readonly FixtureCase[];
  /** Expected tensors as `<case>/<name>`. */
  readonly expected: Map<string, { shape: readonly number[]; data: Float32Array }>;
}

export async function readClassifierFixture(name: string): Promise<ClassifierFixture> {
  const folder = fileURLToPath(new URL(`../fixtures/models/${name}/`, import.meta.url));
  const configText = await readFile(`${folder}config.json`, 'utf8');
  const { cases } = JSON.parse(await readFile(`${folder}cases.json`, 'utf8')) as { cases: FixtureCase[] };
  return {
    configText,
    config: parseConfig(JSON.parse(configText), `${folder}config.json`),
    weights: await tensorsOf(`${folder}model.safetensors`),
    cases,
    expected: await tensorsOf(`${folder}expected.safetensors`),
  };
}

async function tensorsOf(path: string) {
  const { tensors } = await readSafetensors(path);
  return new Map([...tensors].map(([name, tensor]) => [name, { shape: tensor.shape, data: float32Of(tensor) }]));
}
