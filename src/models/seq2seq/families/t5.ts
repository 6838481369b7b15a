/**
 * T5 (Raffel et al. 2020), and its later form with gated feed-forward blocks and a last product of its own (T5 1.1, Flan-T5): pre-norm layers
 * without biases, relative positions, unscaled scores.
 */
import { z } from 'zod';
import { activationNames, type Activation } from '../../../nn/activation.ts';
import { check, count, depth, rate } from '../../families/fields.ts';
import type { Seq2SeqConfig, Side } from '../config.ts';
import type { AttentionNames, InitialPart, Seq2SeqFamily } from './family.ts';

const attention = (place: number, module: string): AttentionNames => ({
  query: `layer.${place}.${module}.q`,
  key: `layer.${place}.${module}.k`,
  value: `layer.${place}.${module}.v`,
  output: `layer.${place}.${module}.o`,
  norm: `layer.${place}.layer_norm`,
});

function layer(side: Side, { gated }: Pick<Seq2SeqConfig, 'gated'>) {
  const place = side === 'encoder' ? 1 : 2;
  const inside = `layer.${place}.DenseReluDense`;
  return {
    self: attention(0, 'SelfAttention'),
    cross: attention(1, 'EncDecAttention'),
    feedForward: { expansion: gated ? `${inside}.wi_0` : `${inside}.wi`, ...(gated && { gate: `${inside}.wi_1` }), contraction: `${inside}.wo`, norm: `layer.${place}.layer_norm` },
  };
}

const fieldsSchema = z.looseObject({
  d_model: count,
  d_kv: count,
  d_ff: count,
  num_layers: depth,
  num_decoder_layers: depth.nullish(),
  num_heads: count,
  relative_attention_num_buckets: count.min(4).default(32),
  relative_attention_max_distance: count.default(128),
  dropout_rate: rate.default(0.1),
  layer_norm_epsilon: z.number().positive().default(1e-6),
  initializer_factor: z.number().positive().default(1),
  feed_forward_proj: z.string().default('relu'),
  tie_word_embeddings: z.boolean().default(true),
  scale_decoder_outputs: z.boolean().default(true),
});

/** `relu`, or `gated-gelu`, by which the tanh approximation is meant. */
function readActivation(written: string, file: string): { activation: Activation; gated: boolean } {
  const [, gate, name = ''] = /^(gated-)?(.*)$/.exec(written) ?? [];
  const activation = written === 'gated-gelu' ? 'gelu_new' : activationNames.find((known) => known === name);
  if (activation === undefined) throw new Error(`${file}: feed_forward_proj is ${JSON.stringify(written)}; known are ${activationNames.join(', ')}, each also with gated- before it`);
  return { activation, gated: gate !== undefined };
}

/** Mesh TensorFlow's, each times the config's factor. */
function deviation(part: InitialPart, config: Seq2SeqConfig): number {
  const { width, heads, bottleneck, feedForwardWidth, initializerRange } = config;
  const inner = bottleneck?.width ?? width;
  const own: Record<InitialPart, number> = {
    shared: 1,
    product: 1,
    relative: width ** -0.5,
    query: (width * (inner / heads)) ** -0.5,
    key: width ** -0.5,
    value: width ** -0.5,
    output: inner ** -0.5,
    expansion: width ** -0.5,
    contraction: feedForwardWidth ** -0.5,
  };
  return initializerRange * own[part];
}

export const t5: Seq2SeqFamily = {
  title: 'T5',
  what: 'pre-norm encoder-decoder with relative positions: T5, T5 1.1 and Flan-T5',
  paper: { authors: 'Raffel, Shazeer, Roberts, Lee, Narang, Matena, Zhou, Li & Liu', year: 2020, title: 'Exploring the limits of transfer learning with a unified text-to-text transformer', id: '1910.10683' },
  className: 'T5ForConditionalGeneration',
  tokenizerClass: 'T5Tokenizer',
  names: {
    prefix: '',
    shared: 'shared',
    layers: (side) => `${side}.block`,
    layer,
    product: 'lm_head',
    finalNorm: (side) => `${side}.final_layer_norm`,
    relative: (side) => `${side}.block.0.layer.0.SelfAttention.relative_attention_bias`,
  },
  hasBiases: false,
  norm: 'before',
  scalesScores: false,
  padsEmbeddings: false,
  startsFromZero: false,
  scalesProduct: true,
  isCopy: (name, { tied }) => /^(encoder|decoder)\.embed_tokens\.weight$/.test(name) || name === 'decoder.block.0.layer.1.EncDecAttention.relative_attention_bias.weight' || (tied && name === 'lm_head.weight'),
  readFields: (json, file) => {
    const fields = check(fieldsSchema, json, file);
    const inner = fields.d_kv * fields.num_heads;
    return {
      width: fields.d_model,
      layers: fields.num_decoder_layers ?? fields.num_layers,
      encoderLayers: fields.num_layers,
      heads: fields.num_heads,
      encoderHeads: fields.num_heads,
      ...(inner !== fields.d_model && { bottleneck: { width: inner } }),
      feedForwardWidth: fields.d_ff,
      encoderFeedForwardWidth: fields.d_ff,
      ...readActivation(fields.feed_forward_proj, file),
      normEpsilon: fields.layer_norm_epsilon,
      relative: { buckets: fields.relative_attention_num_buckets, maxDistance: fields.relative_attention_max_distance },
      scalesEmbeddings: false,
      tied: fields.tie_word_embeddings && fields.scale_decoder_outputs, // newer files say by either that the last product is its own
      initializerRange: fields.initializer_factor,
      hiddenDropout: fields.dropout_rate,
      attentionDropout: fields.dropout_rate,
      activationDropout: fields.dropout_rate,
    };
  },
  writeFields: (config) => ({
    d_model: config.width,
    d_kv: (config.bottleneck?.width ?? config.width) / config.heads,
    d_ff: config.feedForwardWidth,
    num_layers: config.encoderLayers,
    num_decoder_layers: config.layers,
    num_heads: config.heads,
    relative_attention_num_buckets: config.relative?.buckets,
    relative_attention_max_distance: config.relative?.maxDistance,
    dropout_rate: config.hiddenDropout,
    layer_norm_epsilon: config.normEpsilon,
    initializer_factor: config.initializerRange,
    feed_forward_proj: (config.gated ? 'gated-' : '') + (config.gated && config.activation === 'gelu_new' ? 'gelu' : config.activation),
    dense_act_fn: config.activation,
    is_gated_act: config.gated,
    tie_word_embeddings: config.tied,
  }),
  aliases: ['hidden_size', 'num_attention_heads', 'num_hidden_layers', 'head_dim', 'scale_decoder_outputs'],
  decimals: ['initializer_factor', 'layer_norm_epsilon'],
  deviation,
  fresh: { activation: 'relu', gated: false, normEpsilon: 1e-6, scalesEmbeddings: false, tied: true, relative: { buckets: 32, maxDistance: 128 } },
};
