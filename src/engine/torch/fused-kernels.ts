/**
 * The fused set on the addon: the same names, inputs and attributes as the composites in `engine/fused`.
 */
import type { AdamWKernelAttributes } from '../fused/adamw.ts';
import type { DropoutAttributes } from '../fused/dropout.ts';
import type { Command } from './command.ts';
import type { Kernel } from './kernels.ts';

const dropout = (command: Command, { rate, high, low, rowStep }: DropoutAttributes) => command.real(rate).key(high, low).integer(rowStep);
const epsilon = (command: Command, attributes: { epsilon: number }) => command.real(attributes.epsilon);
const epsilonAndDropout = (command: Command, attributes: DropoutAttributes & { epsilon: number }) => dropout(command.real(attributes.epsilon), attributes);
const attention = (command: Command, attributes: DropoutAttributes & { scale: number }) => dropout(command.real(attributes.scale), attributes);

export const fusedKernels: readonly Kernel[] = [
  { name: 'RetortLinear', inputs: ['x', 'weight', 'bias'] },
  { name: 'RetortLinearInputGradient', inputs: ['dy', 'weight'] },
  { name: 'RetortLinearWeightGradient', inputs: ['dy', 'x'] },
  { name: 'RetortLinearBiasGradient', inputs: ['dy'] },
  { name: 'RetortGelu', inputs: ['x'] },
  { name: 'RetortGeluGradient', inputs: ['dy', 'x'] },
  { name: 'RetortSilu', inputs: ['x'] },
  { name: 'RetortSiluGradient', inputs: ['dy', 'x'] },
  { name: 'RetortDropout', inputs: ['x'], attributes: dropout },
  { name: 'RetortResidualDropout', inputs: ['x', 'residual'], attributes: dropout },
  { name: 'RetortLayerNorm', inputs: ['x', 'weight', 'bias'], attributes: epsilon },
  { name: 'RetortLayerNormGradient', inputs: ['dy', 'x', 'weight'], attributes: epsilon, many: true },
  { name: 'RetortResidualLayerNorm', inputs: ['x', 'residual', 'weight', 'bias'], attributes: epsilonAndDropout, many: true },
  { name: 'RetortResidualLayerNormGradient', inputs: ['dy', 'z', 'weight'], attributes: epsilonAndDropout, many: true },
  {
    name: 'RetortFeedForward',
    inputs: ['x', 'expansion', 'expansionBias', 'contraction', 'contractionBias'],
    attributes: (command, { gradient }: { gradient?: boolean }) => command.flag(gradient !== false),
    many: true,
  },
  { name: 'RetortFeedForwardGradient', inputs: ['dy', 'x', 'expansion', 'contraction', 'before', 'hidden'], many: true },
  { name: 'RetortEmbedding', inputs: ['table', 'ids'] },
  { name: 'RetortEmbeddingGradient', inputs: ['dy', 'ids'], attributes: (command, { padId, rows }: { padId: number; rows: number }) => command.integer(padId).integer(rows) },
  {
    name: 'RetortAttention',
    inputs: ['query', 'key', 'value', 'bias'],
    attributes: (command, attributes: DropoutAttributes & { scale: number; gradient?: boolean }) => attention(command, attributes).flag(attributes.gradient !== false),
    many: true,
  },
  {
    name: 'RetortCachedAttention',
    inputs: 'all',
    attributes: (command, { heads, scale, counts }: { heads: number; scale: number; counts: readonly number[] }) => command.integer(heads).real(scale).list(counts),
  },
  { name: 'RetortAttentionGradient', inputs: ['dy', 'query', 'key', 'value', 'bias', 'left'], attributes: attention, many: true },
  { name: 'RetortSoftmaxCrossEntropy', inputs: ['logits', 'targets'] },
  { name: 'RetortSoftmaxDivergence', inputs: ['student', 'teacher'], attributes: (command, { temperature }: { temperature: number }) => command.real(temperature) },
  {
    name: 'RetortVocabularyLoss',
    inputs: ['input', 'weight', 'bias', 'words', 'mask', 'teacherInput', 'teacherWeight', 'teacherBias'],
    attributes: (command, { gradient, temperature, softWeight, maskedWeight }: { gradient: boolean; temperature: number; softWeight: number; maskedWeight: number }) =>
      command.flag(gradient).real(temperature).real(softWeight).real(maskedWeight),
    many: true,
  },
  { name: 'RetortScaled', inputs: ['x', 'by'] },
  { name: 'RetortAccumulate', inputs: ['sum', 'more'], attributes: (command, { own, wide }: { own: boolean; wide: boolean }) => command.flag(own).flag(wide) },
  {
    name: 'RetortAdamW',
    inputs: 'all',
    attributes: (command, { step, learningRate, beta1, beta2, epsilon, weightDecay, maxGradientNorm, decays }: AdamWKernelAttributes) => {
      for (const rate of [step, learningRate, beta1, beta2, epsilon, weightDecay, maxGradientNorm]) command.real(rate);
      for (const decay of decays) command.flag(decay);
    },
  },
];
