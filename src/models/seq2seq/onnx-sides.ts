/**
 * The ONNX graphs of an encoder-decoder as transformers.js runs them, opset 17, no dropout. The encoder: input_ids and attention_mask, int64
 * [B, S], to last_hidden_state [B, S, H]. The decoder: the newest tokens input_ids [B, T], encoder_hidden_states, encoder_attention_mask, and
 * what it knows of the tokens before, past_key_values.0.decoder.key [B, A, P, D] and so on, to logits [B, T, V] and the same with the new
 * tokens, present.0.decoder.key. Keys and values of the source are made where use_cache_branch is false, and not given again after that.
 * After an end nothing follows but the end: transformers.js goes on with the texts of a batch until all of them end at once.
 */
import type { OnnxGraph, OnnxValue } from '../../storage/onnx-model.ts';
import { attentionWidth } from '../config.ts';
import { lowestFloat, type NamedWeights, OnnxGraphBuilder, scopeOf } from '../onnx-graph.ts';
import type { Seq2SeqConfig, Side } from './config.ts';
import { seq2seqFamilies } from './families.ts';
import { type OnnxKeyValue, OnnxLayers } from './onnx-layers.ts';
import { causalBias, embedded, type Places, placesFrom, rangeOf, relativeBias } from './onnx-places.ts';

/** `weights` must be exactly those of the side, under their Hugging Face names. Throws when one is missing, left over or of another shape than `config` says. */
export function encoderSideGraph(config: Seq2SeqConfig, weights: NamedWeights): OnnxGraph {
  const graph = new OnnxGraphBuilder(weights);
  const layers = new OnnxLayers(graph, config, 'encoder');
  const bias = graph.maskBias('attention_mask');
  const place = placesFrom(graph, graph.integers([0]));
  const positions = relativeBias(graph, config, 'encoder', place);
  const found = graph.node(scopeOf(sharedOf(config)), 'Gather', [graph.weight(sharedOf(config), [config.vocabulary, config.width]), 'input_ids']);
  let stream = embedded(graph, config, 'encoder', found, place);
  for (let layer = 0; layer < config.encoderLayers; layer++) {
    stream = layers.layer(layer, stream, { self: (own) => ({ ...layers.keysAndValues(layer, 'self', own), biases: [...positions, bias] }) });
  }
  graph.node('', 'Identity', [normedLast(graph, config, 'encoder', stream)], {}, 'last_hidden_state');
  graph.requireAllUsed();
  const ids = (name: string): OnnxValue => ({ name, dtype: 'int64', shape: ['batch_size', 'encoder_sequence_length'] });
  return {
    name: `${config.family}-encoder`,
    nodes: graph.nodes,
    initializers: graph.initializers,
    inputs: [ids('input_ids'), ids('attention_mask')],
    outputs: [{ name: 'last_hidden_state', dtype: 'float32', shape: ['batch_size', 'encoder_sequence_length', config.width] }],
  };
}

/** The same of the other side. */
export function decoderSideGraph(config: Seq2SeqConfig, weights: NamedWeights): OnnxGraph {
  const { width, vocabulary, layers: count, heads, family } = config;
  const graph = new OnnxGraphBuilder(weights);
  const layers = new OnnxLayers(graph, config, 'decoder');
  const indices = Array.from({ length: count }, (_, layer) => layer);
  const cache = (whose: 'decoder' | 'encoder', tokens: string, prefix: string) =>
    indices.flatMap((layer) => (['key', 'value'] as const).map((part): OnnxValue => ({ name: `${prefix}.${layer}.${whose}.${part}`, dtype: 'float32', shape: ['batch_size', heads, tokens, attentionWidth(config) / heads] })));
  const past = { decoder: cache('decoder', 'past_decoder_sequence_length', 'past_key_values'), encoder: cache('encoder', 'past_encoder_sequence_length', 'past_key_values') };
  const present = { decoder: cache('decoder', 'decoder_length_so_far', 'present'), encoder: cache('encoder', 'present_encoder_sequence_length', 'present') };

  graph.choose('/sources', 'use_cache_branch', {
    then: () => past.encoder.map(({ name }) => graph.node('/sources/none', 'Slice', [name, graph.integers([0]), graph.integers([0]), graph.integers([2])])), // [B, A, 0, D]
    else: () => indices.flatMap((layer) => { const { key, value } = layers.keysAndValues(layer, 'cross', 'encoder_hidden_states'); return [key, value]; }),
  }, present.encoder);
  const before = graph.node('/positions', 'Shape', [past.decoder[0]?.name ?? ''], { start: { int: 2 }, end: { int: 3 } }); // [1]
  const place = placesFrom(graph, before);
  const own = [...relativeBias(graph, config, 'decoder', place), causalBias(graph, place)];
  const sourceBias = graph.maskBias('encoder_attention_mask');
  const { product, found } = wordsOf(graph, config);
  let stream = embedded(graph, config, 'decoder', found, place);
  const pairOf = (values: readonly OnnxValue[], layer: number): OnnxKeyValue => ({ key: values[2 * layer]?.name ?? '', value: values[2 * layer + 1]?.name ?? '' });
  for (const layer of indices) {
    stream = layers.layer(layer, stream, {
      self: (states) => {
        const [made, old, joined] = [layers.keysAndValues(layer, 'self', states), pairOf(past.decoder, layer), pairOf(present.decoder, layer)];
        for (const part of ['key', 'value'] as const) graph.node(`/cache.${layer}`, 'Concat', [old[part], made[part]], { axis: { int: 2 } }, joined[part]);
        return { ...joined, biases: own };
      },
      cross: () => {
        const [old, made] = [pairOf(past.encoder, layer), pairOf(present.encoder, layer)]; // one of them is empty
        const joined = (part: 'key' | 'value') => graph.node(`/sources.${layer}`, 'Concat', [old[part], made[part]], { axis: { int: 2 } });
        return { key: joined('key'), value: joined('value'), biases: [sourceBias] };
      },
    });
  }
  const last = normedLast(graph, config, 'decoder', stream);
  const { names: { productBias }, scalesProduct } = seq2seqFamilies[family];
  const scaled = scalesProduct && config.tied ? graph.node('/logits', 'Mul', [last, graph.scalar(width ** -0.5)]) : last;
  const products = graph.node('/logits', 'MatMul', [scaled, product]); // [B, T, V]
  const logits = productBias === undefined ? products : graph.node('/logits', 'Add', [products, graph.weight(productBias, [1, vocabulary])]);
  graph.node('/logits', 'Where', [hasEnded(graph, config, place), endAlone(graph, config), logits], {}, 'logits');
  graph.requireAllUsed();
  return {
    name: `${family}-decoder`,
    nodes: graph.nodes,
    initializers: graph.initializers,
    inputs: [
      { name: 'input_ids', dtype: 'int64', shape: ['batch_size', 'decoder_sequence_length'] },
      { name: 'encoder_hidden_states', dtype: 'float32', shape: ['batch_size', 'encoder_sequence_length', width] },
      { name: 'encoder_attention_mask', dtype: 'int64', shape: ['batch_size', 'encoder_sequence_length'] },
      ...past.decoder, ...past.encoder,
      { name: 'use_cache_branch', dtype: 'bool', shape: [1] },
    ],
    outputs: [{ name: 'logits', dtype: 'float32', shape: ['batch_size', 'decoder_sequence_length', vocabulary] }, ...present.decoder, ...present.encoder],
  };
}

const sharedOf = ({ family }: Seq2SeqConfig): string => `${seq2seqFamilies[family].names.shared}.weight`;

/** The matrix of the last product [H, V] and the words found [B, T, H]: of one stored matrix, where they share it. */
function wordsOf(graph: OnnxGraphBuilder, config: Seq2SeqConfig): { readonly product: string; readonly found: string } {
  const { vocabulary, width, tied, family } = config;
  const scope = scopeOf(sharedOf(config));
  if (!tied) return { product: graph.transposed(`${seq2seqFamilies[family].names.product}.weight`, [vocabulary, width]), found: graph.node(scope, 'Gather', [graph.weight(sharedOf(config), [vocabulary, width]), 'input_ids']) };
  const product = graph.transposed(sharedOf(config), [vocabulary, width]);
  const columns = graph.node(scope, 'Gather', [product, 'input_ids'], { axis: { int: 1 } }); // [H, B, T]
  return { product, found: graph.node(scope, 'Transpose', [columns], { perm: { ints: [1, 2, 0] } }) };
}

function normedLast(graph: OnnxGraphBuilder, config: Seq2SeqConfig, side: Side, last: string): string {
  const module = seq2seqFamilies[config.family].names.finalNorm?.(side);
  return module === undefined ? last : graph.rmsNorm(module, last, { width: config.width, epsilon: config.normEpsilon });
}

/** Where a token of input_ids ended its text, bool [B, T, 1]. What a text starts with ends none, though BART starts with an end. */
function hasEnded(graph: OnnxGraphBuilder, { generation: { eosIds } }: Seq2SeqConfig, places: Places): string {
  const node = (op: string, inputs: readonly string[]) => graph.node('/ended', op, inputs);
  const ends = eosIds.map((id) => node('Equal', ['input_ids', graph.integers(id)])).reduce((any, one) => node('Or', [any, one]));
  return node('Unsqueeze', [node('And', [ends, node('Greater', [rangeOf(graph, places), graph.integers(0)])]), graph.integers([2])]);
}

/** Logits [V] that leave nothing but the end. */
function endAlone(graph: OnnxGraphBuilder, { vocabulary, generation: { eosIds: [eosId = 0] } }: Seq2SeqConfig): string {
  return graph.derived('constant.end', [], () => ({ shape: [vocabulary], data: new Float32Array(vocabulary).fill(lowestFloat).fill(0, eosId, eosId + 1) }));
}
