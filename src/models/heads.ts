/**
 * What stands above the last layer: a classifier on the first token, a masked-LM head on all, or the bare encoder's pooler. A masked-LM
 * decoder is tied to the word embeddings and so has no weight of its own (MobileBERT's has further columns).
 */
import { dropout } from '../engine/fused/dropout.ts';
import { layerNorm } from '../engine/fused/layer-norm.ts';
import { linear } from '../engine/fused/linear.ts';
import type { Decoder } from '../engine/fused/vocabulary-loss.ts';
import * as tf from '../engine/tf.ts';
import { activate } from '../nn/activation.ts';
import { dropoutAt, type Mode } from '../nn/mode.ts';
import { linearSpecs, normSpecs, type Parameters, type ParameterSpec } from '../nn/parameters.ts';
import { type EncoderConfig, isClassifier } from './config.ts';
import { families, hasPooled, poolerOf } from './families.ts';
import type { ModelOutput, Wants } from './output.ts';

export function headSpecs(config: EncoderConfig): ParameterSpec[] {
  const { names, language } = families[config.family];
  const { width, vocabulary, embeddingWidth, labels, task } = config;
  if (task === 'masked-lm') {
    const transformed = config[language.width];
    return [
      { name: names.languageBias, shape: [vocabulary], initial: 'zeros' },
      ...linearSpecs(names.languageTransform, transformed, width),
      ...normSpecs(names.languageNorm, transformed),
      ...(language.furtherColumns === undefined ? [] : [{ name: language.furtherColumns, shape: [width - embeddingWidth, vocabulary], initial: 'normal' } as const]),
    ];
  }
  const pooler = poolerOf(config);
  return [
    ...(pooler === undefined ? [] : linearSpecs(pooler.module, width, width)),
    ...(isClassifier(config) ? linearSpecs(names.classifier, labels.length, width) : []),
  ];
}

/** @param last hidden states of the last layer [B, T, H]; [B, 1, H] where no more is asked for. @throws for what this model cannot say. */
export function headWanted(config: EncoderConfig, parameters: Parameters, last: tf.Tensor, wants: Wants, mode: Mode): ModelOutput {
  const asked = wants.logits ?? wants.members ?? wants.classWeights ?? wants.pooled ?? wants.headInput ?? wants.decoder;
  if (asked === undefined) return {};
  if (config.task === 'none' && wants.logits) throw new Error('a bare encoder has no logits: load it with a task');
  if (!isClassifier(config)) {
    if (wants.members) throw new Error('only classifiers speak as members of an ensemble');
    if (wants.classWeights) throw new Error('only classifiers have class weights');
  }
  if (wants.pooled && !hasPooled(config)) throw new Error(config.task === 'masked-lm' ? 'a masked-LM model has no pooled output' : `a bare ${families[config.family].title} has no pooled output`);
  if (config.task === 'masked-lm') return languageWanted(config, parameters, last, wants);
  if (wants.headInput ?? wants.decoder) throw new Error('only a masked-LM model has a decoder');
  return classifierWanted(config, parameters, firstToken(last), wants, mode);
}

function languageWanted(config: EncoderConfig, parameters: Parameters, last: tf.Tensor, wants: Wants): ModelOutput {
  const { names, language } = families[config.family];
  const transformed = activate(linear(last, parameters.pair(names.languageTransform)), language.activation ?? config.activation);
  const headInput = layerNorm(transformed, { ...parameters.pair(names.languageNorm), epsilon: config.normEpsilon });
  const decoder = wants.decoder ?? wants.logits ? { weight: decoderWeight(config, parameters), bias: parameters.get(names.languageBias) } : undefined;
  return {
    ...(wants.headInput && { headInput }),
    ...(wants.decoder && decoder && { decoder: { input: headInput, ...decoder } }),
    ...(wants.logits && decoder && { logits: linear(headInput, decoder) }),
  };
}

/** [V, width of the decoder's input] */
function decoderWeight({ family }: EncoderConfig, parameters: Parameters): Decoder['weight'] {
  const { names, language: { furtherColumns } } = families[family];
  const words = parameters.get(`${names.embeddings}.word_embeddings.weight`);
  return furtherColumns === undefined ? words : tf.concat([words, tf.transpose(parameters.get(furtherColumns))], 1); // [V, E], [H - E, V] -> [V, H]
}

function classifierWanted(config: EncoderConfig, parameters: Parameters, first: tf.Tensor, wants: Wants, mode: Mode): ModelOutput {
  const { names, head } = families[config.family];
  const pooler = poolerOf(config);
  const drop = (x: tf.Tensor, place: string) => dropout(x, dropoutAt(mode, place, config.classifierDropout));
  const input = head.dropsInput && isClassifier(config) ? drop(first, 'head') : first;
  const pooled = pooler === undefined ? first : activate(linear(input, parameters.pair(pooler.module)), isClassifier(config) ? head.activation : 'tanh');
  if (!isClassifier(config)) return { pooled };
  const classifier = parameters.pair(names.classifier);
  const logits = wants.logits ?? wants.members ? linear(drop(pooled, 'pooled'), classifier) : undefined;
  return {
    ...(wants.pooled && { pooled }),
    ...(wants.logits && logits && { logits }),
    ...(wants.members && logits && { members: tf.expandDims(logits, 0) }), // [B, C] -> [1, B, C]
    ...(wants.classWeights && { classWeights: tf.clone(classifier.weight) }), // the model keeps its own
  };
}

export function firstToken(hidden: tf.Tensor): tf.Tensor {
  const [rows = 0, , width = 0] = hidden.shape;
  return tf.reshape(tf.slice(hidden, [0, 0, 0], [rows, 1, width]), [rows, width]); // [B, T, H] -> [B, H]
}
