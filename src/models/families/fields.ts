/**
 * Fields of config.json that several families share: BERT's, under BERT's names, and the bounds of their numbers.
 */
import { z } from 'zod';
import { type Activation, activationNames } from '../../nn/activation.ts';
import { shapeFault } from '../../storage/shape-fault.ts';
import type { EncoderConfig } from '../config.ts';
import type { FamilyFields } from './family.ts';

export const count = z.int().positive();
/** Bounds on what is allocated by a number in a file alone, before any weight is read. */
export const depth = count.max(1024);
export const classes = count.max(1_000_000);
export const rate = z.number().min(0).lt(1);
export const activation = z.enum(activationNames as [Activation, ...Activation[]]);

/** @throws naming the file and the field. */
export function check<T>(schema: z.ZodType<T>, json: unknown, file: string): T {
  const result = schema.safeParse(json);
  if (!result.success) throw new Error(`${file}: ${shapeFault(result.error)}`);
  return result.data;
}

export const bertFields = z.looseObject({
  hidden_size: count,
  num_attention_heads: count,
  num_hidden_layers: depth,
  intermediate_size: count,
  hidden_act: activation.default('gelu'),
  layer_norm_eps: z.number().positive().default(1e-12),
  type_vocab_size: count.default(2),
  hidden_dropout_prob: rate.default(0.1),
  attention_probs_dropout_prob: rate.default(0.1),
  classifier_dropout: rate.nullish(),
  position_embedding_type: z.literal('absolute').nullish(),
  is_decoder: z.literal(false).nullish(),
});

export function fromBertFields(fields: z.infer<typeof bertFields>): FamilyFields {
  return {
    width: fields.hidden_size,
    embeddingWidth: fields.hidden_size,
    heads: fields.num_attention_heads,
    layers: fields.num_hidden_layers,
    feedForwardWidth: fields.intermediate_size,
    activation: fields.hidden_act,
    normEpsilon: fields.layer_norm_eps,
    typeVocabulary: fields.type_vocab_size,
    hiddenDropout: fields.hidden_dropout_prob,
    attentionDropout: fields.attention_probs_dropout_prob,
    classifierDropout: fields.classifier_dropout ?? fields.hidden_dropout_prob,
  };
}

export function toBertFields(config: EncoderConfig): Record<string, unknown> {
  return {
    hidden_size: config.width,
    num_attention_heads: config.heads,
    num_hidden_layers: config.layers,
    intermediate_size: config.feedForwardWidth,
    hidden_act: config.activation,
    layer_norm_eps: config.normEpsilon,
    type_vocab_size: config.typeVocabulary,
    hidden_dropout_prob: config.hiddenDropout,
    attention_probs_dropout_prob: config.attentionDropout,
    classifier_dropout: config.classifierDropout,
  };
}
