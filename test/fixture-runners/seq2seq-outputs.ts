// Activations of an encoder-decoder under the names that fixtures give them, and which of those a case must hold.
import type { Batch } from '../../src/engine/batch.ts';
import * as tf from '../../src/engine/tf.ts';
import type { Seq2SeqConfig } from '../../src/models/seq2seq/config.ts';
import type { Seq2Seq } from '../../src/models/seq2seq/model.ts';
import type { QueryKeyValue } from '../../src/models/output.ts';
import { type Bound, type Comparison, largest, type Values } from './comparison.ts';
import { deepBound, deepProbabilityBound, deepScoreBound, headDepth } from './tolerance.ts';

const upTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

/** Of a case in full. */
export function everySeq2SeqActivation({ encoderLayers, layers }: Seq2SeqConfig): string[] {
  const attentions = (of: string, count: number) => [...upTo(count).flatMap((layer) => [`${of}_scores.${layer}`, `${of}_attention.${layer}`]), ...['query', 'key', 'value'].map((part) => `${of}_${part}.last`)];
  return [
    ...upTo(encoderLayers + 1).map((layer) => `encoder_hidden.${layer}`), 'encoder_last', ...upTo(layers + 1).map((layer) => `decoder_hidden.${layer}`), 'logits',
    ...attentions('encoder', encoderLayers), ...attentions('decoder', layers), ...attentions('cross', layers),
  ];
}

/** Compares every expected activation of a case; one that is not expected though it must be is a failure, and so is one that the model does not know. */
export async function compareSeq2SeqActivations(comparison: Comparison, { model, batch, expected }: { model: Seq2Seq; batch: Batch; expected: ReadonlyMap<string, Values> }): Promise<void> {
  const every = everySeq2SeqActivation(model.config);
  const inFull = [...expected.keys()].some((name) => name.startsWith('decoder_hidden.'));
  const required = inFull ? every : ['encoder_last', 'logits', ...['encoder', 'decoder', 'cross'].flatMap((of) => [`${of}_attention.0`, `${of}_scores.0`])];
  comparison.names('expected activations', expected.keys(), required);
  const said = tf.tidy(() => named(model, batch));
  for (const [name, values] of expected) {
    const tensor = said[name];
    comparison.tensor(name, tensor && { shape: tensor.shape, data: await tensor.data() }, values, boundOf(name, model.config, expected));
  }
  tf.dispose(said);
}

function boundOf(name: string, { encoderLayers, layers }: Seq2SeqConfig, expected: ReadonlyMap<string, Values>): Bound {
  const [, side = 'decoder', kind = 'logits', place = ''] = /^(encoder|decoder|cross)_(hidden|scores|attention|query|key|value|last)(?:\.(.+))?$/.exec(name) ?? [];
  const below = side === 'encoder' ? 0 : encoderLayers;
  const own = kind === 'logits' ? layers + headDepth : /^\d+$/.test(place) ? Number(place) + (kind === 'hidden' ? 0 : 1) : side === 'encoder' ? encoderLayers : layers;
  const depth = below + own;
  if (kind === 'scores') return deepScoreBound(depth);
  const scores = expected.get(name.replace('_attention.', '_scores.'));
  return kind === 'attention' && scores ? deepProbabilityBound(depth, largest(scores.data)) : deepBound(depth);
}

function named(model: Seq2Seq, batch: Batch): Record<string, tf.Tensor> {
  const { encoderLayers, layers } = model.config;
  const [below, own] = [upTo(encoderLayers), upTo(layers)];
  const said = model.forward(batch, {
    logits: true,
    encoderHidden: [...below, encoderLayers], encoderScores: below, encoderAttention: below, encoderQkv: [-1],
    hidden: [...own, layers], scores: own, attention: own, qkv: [-1],
    crossScores: own, crossAttention: own, crossQkv: [-1],
  });
  const byLayer = (name: string, tensors: ReadonlyMap<number, tf.Tensor>) => [...tensors].map(([layer, tensor]) => [`${name}.${layer}`, tensor] as const);
  const last = (of: string, qkv: ReadonlyMap<number, QueryKeyValue>) => Object.entries({ ...qkv.get(-1) }).map(([part, tensor]) => [`${of}_${part}.last`, tensor] as const);
  return Object.fromEntries([
    ['logits', said.logits] as const,
    ...[said.encoderHidden.get(encoderLayers)].flatMap((tensor) => (tensor ? [['encoder_last', tensor] as const] : [])),
    ...byLayer('encoder_hidden', said.encoderHidden), ...byLayer('encoder_scores', said.encoderScores), ...byLayer('encoder_attention', said.encoderAttention), ...last('encoder', said.encoderQkv),
    ...byLayer('decoder_hidden', said.hidden), ...byLayer('decoder_scores', said.scores), ...byLayer('decoder_attention', said.attention), ...last('decoder', said.qkv),
    ...byLayer('cross_scores', said.crossScores), ...byLayer('cross_attention', said.crossAttention), ...last('cross', said.crossQkv),
  ]);
}
