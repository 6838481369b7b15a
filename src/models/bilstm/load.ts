/**
 * Loading a BiLSTM classifier's folder: config.json and its weights, strict in both directions.
 */
import { withCheckpoint } from '../../storage/checkpoint.ts';
import type { LoadedModel, LoadOptions } from '../load.ts';
import type { Model } from '../model.ts';
import { loadFitting } from '../strict-weights.ts';
import { bilstmSpecs, createBilstm } from './bilstm.ts';
import type { BilstmConfig } from './config.ts';

/** @param stored what config.json says. @throws where another task or another number of classes is wanted: it keeps its head. */
export async function loadBilstm(folder: string, stored: BilstmConfig, { task = stored.task, labels = stored.labels }: LoadOptions = {}): Promise<LoadedModel<Model<BilstmConfig>>> {
  if (task !== stored.task || labels.length !== stored.labels.length) throw new Error(`${folder}: a BiLSTM that is ${stored.task} with ${stored.labels.length} classes (${stored.labels.join(', ')}) keeps its head; for other classes train one from the start`);
  const config = { ...stored, labels };
  const { parameters } = await withCheckpoint(folder, (tensors) => loadFitting(bilstmSpecs(config), tensors, { folder, what: `bilstm, ${config.units} units, task ${config.task}` }));
  return { model: createBilstm(config, parameters), notices: [] };
}
