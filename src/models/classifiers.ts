/**
 * Models of any kind that answer about a text: encoders, and BiLSTMs. What their folder's config.json says decides how they are read.
 */
import { join } from 'node:path';
import { readJson } from '../storage/json.ts';
import { bilstmFamily, type BilstmConfig, parseBilstmConfig } from './bilstm/config.ts';
import { createBilstm } from './bilstm/bilstm.ts';
import { loadBilstm } from './bilstm/load.ts';
import type { EncoderConfig } from './config.ts';
import { parseConfig } from './config-file.ts';
import { isFamily } from './families.ts';
import { type LoadedModel, loadModel, type LoadOptions } from './load.ts';
import { createModel, type Model } from './model.ts';

export type ClassifierConfig = EncoderConfig | BilstmConfig;
export type Classifier = Model<ClassifierConfig>;

export function isBilstm(config: ClassifierConfig): config is BilstmConfig {
  return config.family === bilstmFamily;
}

/** A family of which this package holds the code. */
export function isOwnFamily(name: string): boolean {
  return name === bilstmFamily || isFamily(name);
}

/** @throws for a model that has no layers to be cut, matched or narrowed. */
export function encoderOf(model: Classifier, why: string): Model {
  if (isBilstm(model.config)) throw new Error(`${why}: a BiLSTM has no layers of that kind; give an encoder's folder`);
  return model as Model;
}

/** The configuration of a folder, without its weights. */
export async function readClassifierConfig(folder: string): Promise<ClassifierConfig> {
  const file = join(folder, 'config.json');
  const json = await readJson(file);
  return isBilstmJson(json) ? parseBilstmConfig(json, file) : parseConfig(json, file);
}

/** As `loadModel`, of either kind. */
export async function loadClassifier(folder: string, options: LoadOptions = {}): Promise<LoadedModel<Classifier>> {
  const config = await readClassifierConfig(folder);
  return isBilstm(config) ? loadBilstm(folder, config, options) : loadModel(folder, options);
}

/** The same weights under another dropout. */
export function withDropout<M extends Classifier>({ config, parameters }: M, rate: number | undefined): M {
  const other: Classifier = isBilstm(config)
    ? createBilstm(rate === undefined ? config : { ...config, hiddenDropout: rate }, parameters)
    : createModel(rate === undefined ? config : { ...config, hiddenDropout: rate, attentionDropout: rate, classifierDropout: rate }, parameters);
  return other as M; // of the kind that was given
}

function isBilstmJson(json: unknown): boolean {
  return typeof json === 'object' && json !== null && 'model_type' in json && json.model_type === bilstmFamily;
}
