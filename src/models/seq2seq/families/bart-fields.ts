/**
 * What Marian has of BART, of whose code it is a variant in transformers: names of layers, and fields of config.json.
 */
import { z } from 'zod';
import { activationNames, type Activation } from '../../../nn/activation.ts';
import { check, count, depth, rate } from '../../families/fields.ts';
import type { Seq2SeqConfig, Side } from '../config.ts';
import type { AttentionNames, LayerNames, Seq2SeqFields } from './family.ts';

const attention = (module: string): AttentionNames => ({
  query: `${module}.q_proj`,
  key: `${module}.k_proj`,
  value: `${module}.v_proj`,
  output: `${module}.out_proj`,
  norm: `${module}_layer_norm`,
});

const layer: LayerNames = {
  self: attention('self_attn'),
  cross: attention('encoder_attn'),
  feedForward: { expansion: 'fc1', contraction: 'fc2', norm: 'final_layer_norm' },
};

export const bartNames = {
  prefix: 'model',
  shared: 'model.shared',
  layers: (side: Side) => `model.${side}.layers`,
  layer: () => layer,
  product: 'lm_head',
  productBias: 'final_logits_bias',
} as const;

/** Fixed in transformers' code, not in the config. */
export const bartNormEpsilon = 1e-5;

/** Fields of older configs that ask for another order of norms, which these families' classes do not compute. */
const no = z.literal(false).nullish();

const fieldsSchema = z.looseObject({
  d_model: count,
  encoder_layers: depth,
  decoder_layers: depth,
  encoder_attention_heads: count,
  decoder_attention_heads: count,
  encoder_ffn_dim: count,
  decoder_ffn_dim: count,
  activation_function: z.enum(['swish', ...activationNames] as ['swish', ...Activation[]]).default('gelu'),
  max_position_embeddings: count.default(1024),
  dropout: rate.default(0.1),
  attention_dropout: rate.default(0),
  activation_dropout: rate.default(0),
  init_std: z.number().positive().default(0.02),
  scale_embedding: z.boolean().default(false),
  tie_word_embeddings: z.literal(true, 'a last product of its own is not supported here').default(true),
  share_encoder_decoder_embeddings: z.literal(true, 'two vocabularies are not supported').default(true),
  normalize_before: no,
  add_final_layer_norm: no,
});

export function readBartFields(json: unknown, file: string): Seq2SeqFields {
  const fields = check(fieldsSchema, json, file);
  return {
    width: fields.d_model,
    layers: fields.decoder_layers,
    encoderLayers: fields.encoder_layers,
    heads: fields.decoder_attention_heads,
    encoderHeads: fields.encoder_attention_heads,
    feedForwardWidth: fields.decoder_ffn_dim,
    encoderFeedForwardWidth: fields.encoder_ffn_dim,
    activation: fields.activation_function === 'swish' ? 'silu' : fields.activation_function,
    gated: false,
    normEpsilon: bartNormEpsilon,
    positions: fields.max_position_embeddings,
    scalesEmbeddings: fields.scale_embedding,
    tied: true,
    initializerRange: fields.init_std,
    hiddenDropout: fields.dropout,
    attentionDropout: fields.attention_dropout,
    activationDropout: fields.activation_dropout,
  };
}

export function writeBartFields(config: Seq2SeqConfig): Record<string, unknown> {
  return {
    d_model: config.width,
    encoder_layers: config.encoderLayers,
    decoder_layers: config.layers,
    encoder_attention_heads: config.encoderHeads,
    decoder_attention_heads: config.heads,
    encoder_ffn_dim: config.encoderFeedForwardWidth,
    decoder_ffn_dim: config.feedForwardWidth,
    activation_function: config.activation,
    max_position_embeddings: config.positions,
    dropout: config.hiddenDropout,
    attention_dropout: config.attentionDropout,
    activation_dropout: config.activationDropout,
    init_std: config.initializerRange,
    scale_embedding: config.scalesEmbeddings,
    tie_word_embeddings: true,
  };
}

export const bartAliases = ['hidden_size', 'num_attention_heads', 'num_hidden_layers'] as const;

export const bartDecimals = ['init_std', 'encoder_layerdrop', 'decoder_layerdrop'] as const;

/** Copies of the word embeddings that older checkpoints hold, and their version marks. */
export const isBartCopy = (name: string): boolean => /^(lm_head\.weight|model\.(encoder|decoder)\.(embed_tokens\.weight|version))$/.test(name);
