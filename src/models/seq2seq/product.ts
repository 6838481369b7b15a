/**
 * What stands above the decoder's last layer: the product over the vocabulary, one with the word embeddings or of its own, and the bias that
 * some families keep beside it without learning it.
 */
import { linear } from '../../engine/fused/linear.ts';
import * as tf from '../../engine/tf.ts';
import type { Parameters, ParameterSpec } from '../../nn/parameters.ts';
import type { ModelOutput, Wants } from '../output.ts';
import type { Seq2SeqConfig } from './config.ts';
import { seq2seqFamilies } from './families.ts';
import { initialOf } from './layers.ts';

export function productSpecs(config: Seq2SeqConfig): ParameterSpec[] {
  const { names: { product, productBias } } = seq2seqFamilies[config.family];
  return [
    ...(config.tied ? [] : [{ name: `${product}.weight`, shape: [config.vocabulary, config.width], initial: initialOf(config, 'product') }]),
    ...(productBias === undefined ? [] : [{ name: productBias, shape: [1, config.vocabulary], initial: 'zeros', fixed: true } as const]),
  ];
}

export interface Product {
  /** [..., H] */
  readonly input: tf.Tensor;
  /** [V, H] */
  readonly weight: tf.Tensor;
  /** [V] */
  readonly bias?: tf.Tensor;
}

/** @param last the decoder's last hidden states [..., H]. */
export function productOf(config: Seq2SeqConfig, parameters: Parameters, last: tf.Tensor): Product {
  const { names: { shared, product, productBias }, scalesProduct } = seq2seqFamilies[config.family];
  return {
    input: scalesProduct && config.tied ? tf.mul(last, config.width ** -0.5) : last,
    weight: parameters.get(`${config.tied ? shared : product}.weight`),
    ...(productBias !== undefined && { bias: tf.reshape(parameters.get(productBias), [config.vocabulary]) }),
  };
}

/** What is wanted of the product. */
export function productSaid(config: Seq2SeqConfig, parameters: Parameters, last: tf.Tensor, wants: Wants): ModelOutput {
  if (!wants.logits && !wants.decoder && !wants.headInput) return {};
  const product = productOf(config, parameters, last);
  return {
    ...(wants.headInput && { headInput: product.input }),
    ...(wants.decoder && { decoder: { ...product, bias: product.bias ?? tf.zeros([config.vocabulary]) } }),
    ...(wants.logits && { logits: linear(product.input, product) }),
  };
}
