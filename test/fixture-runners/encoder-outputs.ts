// Activations of a model under the names that fixtures give them, and which of those a fixture must hold.
import type { Batch } from '../../src/engine/batch.ts';
import * as tf from '../../src/engine/tf.ts';
import type { EncoderConfig } from '../../src/models/config.ts';
import { hasPooled } from '../../src/models/families.ts';
import type { Model } from '../../src/models/model.ts';
import type { ModelOutput, Wants } from '../../src/models/output.ts';
import { type Bound, type Comparison, largest, type Values } from './comparison.ts';
import { activationBound, headDepth, probabilityBound, scoreBound } from './tolerance.ts';

/** Hidden states of every depth and what the head says. */
export function statesAndLogits({ layers, task }: EncoderConfig): string[] {
  return [...Array.from({ length: layers + 1 }, (_, depth) => `hidden.${depth}`), task === 'none' ? 'last_hidden_state' : 'logits'];
}

/** All that a full encoder fixture holds of a case; attention and scores of layers above the first may be left out. */
export function everyActivation(config: EncoderConfig): string[] {
  const head = config.task === 'masked-lm' ? ['head_input'] : hasPooled(config) ? ['pooled'] : [];
  return [...statesAndLogits(config), ...head, 'attention.0', 'scores.0', 'query.last', 'key.last', 'value.last'];
}

/** Compares every expected activation of a case; one that is `required` and not expected is a failure, and so is one that the model does not know. */
export async function compareActivations(
  comparison: Comparison,
  { model, batch, expected, required }: { model: Model; batch: Batch; expected: ReadonlyMap<string, Values>; required: readonly string[] },
): Promise<void> {
  for (const name of required) if (!expected.has(name)) comparison.fail(`${name}: the expected tensor is missing`);
  const said = await activations(model, batch, [...expected.keys()]);
  for (const [name, values] of expected) comparison.tensor(name, said.get(name), values, boundOf(name, model.config, expected));
}

function boundOf(name: string, config: EncoderConfig, expected: ReadonlyMap<string, Values>): Bound {
  const depth = depthOf(name, config.layers);
  if (name.startsWith('scores.')) return scoreBound(depth, config);
  const scores = expected.get(name.replace(/^attention\./, 'scores.'));
  return name.startsWith('attention.') && scores ? probabilityBound(depth, config, largest(scores.data)) : activationBound(depth, config);
}

/** How many layers lie below: what a layer says within itself is counted as what it gives. */
function depthOf(name: string, layers: number): number {
  const [, kind, place] = /^(hidden|attention|scores)\.(\d+)$/.exec(name) ?? [];
  if (kind !== undefined) return Number(place) + (kind === 'hidden' ? 0 : 1);
  return name === 'last_hidden_state' || name.endsWith('.last') ? layers : layers + headDepth;
}

async function activations(model: Model, batch: Batch, names: readonly string[]): Promise<Map<string, Values>> {
  const depth = model.config.layers;
  const layersOf = (kind: string, last: number) =>
    names.flatMap((name) => (name.startsWith(`${kind}.`) ? [Number(name.slice(kind.length + 1))] : [])).filter((layer) => layer <= last);
  const wants: Wants = {
    ...(names.includes('logits') && { logits: true as const }),
    ...(names.includes('pooled') && { pooled: true as const }),
    ...(names.includes('head_input') && { headInput: true as const }),
    hidden: [...layersOf('hidden', depth), depth],
    scores: layersOf('scores', depth - 1),
    attention: layersOf('attention', depth - 1),
    qkv: [depth - 1],
  };
  const tensors = tf.tidy(() => {
    const named = namedOutputs(model.forward(batch, wants), depth);
    return Object.fromEntries<tf.Tensor>(names.flatMap((name) => (named[name] === undefined ? [] : [[name, named[name]]])));
  });
  const values = new Map<string, Values>();
  for (const [name, tensor] of Object.entries(tensors)) values.set(name, { shape: tensor.shape, data: await tensor.data() });
  tf.dispose(tensors);
  return values;
}

function namedOutputs(output: ModelOutput, depth: number): Record<string, tf.Tensor | undefined> {
  const qkv = output.qkv?.get(depth - 1);
  const named: Record<string, tf.Tensor | undefined> = {
    logits: output.logits,
    pooled: output.pooled,
    head_input: output.headInput,
    last_hidden_state: output.hidden?.get(depth),
    'query.last': qkv?.query,
    'key.last': qkv?.key,
    'value.last': qkv?.value,
  };
  for (const [kind, byLayer] of [['hidden', output.hidden], ['scores', output.scores], ['attention', output.attention]] as const) {
    for (const [layer, tensor] of byLayer ?? []) named[`${kind}.${layer}`] = tensor;
  }
  return named;
}
