/**
 * A model's configuration: Hugging Face's config.json of the supported families read into one normalised form, and written back
 * with every field that came along.
 */
import { z } from 'zod';
import { type Activation, activationNames } from '../nn/activation.ts';
import { printable } from '../storage/quoted.ts';
import { shapeFault } from '../storage/shape-fault.ts';

/** What the head answers. `none` is the bare encoder. */
export type Task = 'single-label' | 'multi-label' | 'regression' | 'masked-lm' | 'none';

export interface EncoderConfig {
  readonly family: 'bert' | 'distilbert';
  /** H */
  readonly width: number;
  /** A */
  readonly heads: number;
  /** L */
  readonly layers: number;
  readonly feedForwardWidth: number;
  readonly activation: Activation;
  readonly normEpsilon: number;
  /** Longest sequence, in tokens. */
  readonly positions: number;
  /** Rows of the token-type table; 0 for families without one. */
  readonly typeVocabulary: number;
  /** V */
  readonly vocabulary: number;
  readonly padId: number;
  readonly initializerRange: number;
  readonly hiddenDropout: number;
  readonly attentionDropout: number;
  readonly classifierDropout: number;
  readonly task: Task;
  /** Names of the classes in order (a regression has one); empty for `masked-lm` and `none`. */
  readonly labels: readonly string[];
  /** The file's own fields, carried through to the saved config. */
  readonly source: Readonly<Record<string, unknown>>;
}

const count = z.int().positive();
/** Bounds on what is allocated by a number in a file alone, before any weight is read. */
const depth = count.max(1024);
const classes = count.max(1_000_000);
/** Fixed in the family's code, not in its config. */
export const distilbertNormEpsilon = 1e-12;
const rate = z.number().min(0).lt(1);
const activation = z.enum(activationNames as [Activation, ...Activation[]]);

const problemTypes = ['regression', 'single_label_classification', 'multi_label_classification'] as const;
type ProblemType = (typeof problemTypes)[number];

const classFields = z.looseObject({
  id2label: z.record(z.string(), z.string()).nullish(),
  num_labels: classes.nullish(),
  problem_type: z.enum(problemTypes).nullish(),
});

const shared = z.looseObject({
  architectures: z.array(z.string()).nullish(),
  tie_word_embeddings: z.boolean().default(true),
  pad_token_id: z.int().nonnegative().nullish(),
  initializer_range: z.number().positive().default(0.02),
  max_position_embeddings: count,
  vocab_size: count,
});

const bertFields = z.looseObject({
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

const distilbertFields = z.looseObject({
  dim: count,
  n_heads: count,
  n_layers: depth,
  hidden_dim: count,
  activation: activation.default('gelu'),
  dropout: rate.default(0.1),
  attention_dropout: rate.default(0.1),
  seq_classif_dropout: rate.default(0.2),
});

/** @param file named in errors. @throws for an unsupported family or a field that is missing or out of range. */
export function parseConfig(json: unknown, file: string): EncoderConfig {
  const { model_type: family } = check(z.looseObject({ model_type: z.string() }), json, file);
  const base = check(shared, json, file);
  if (!base.tie_word_embeddings) throw new Error(`${file}: untied word embeddings (tie_word_embeddings: false) are not supported`);
  const { names, problem } = classesOf(json, file);
  const common = {
    positions: base.max_position_embeddings,
    vocabulary: base.vocab_size,
    padId: base.pad_token_id ?? 0,
    initializerRange: base.initializer_range,
    ...taskOf(base.architectures?.[0] ?? '', problem, names),
    source: json as Record<string, unknown>,
  };
  const config = familyConfig(family, json, file, common);
  if (config.width % config.heads !== 0) throw new Error(`${file}: ${config.heads} heads do not divide a width of ${config.width}`);
  if (config.padId >= config.vocabulary) throw new Error(`${file}: pad_token_id ${config.padId} lies outside a vocabulary of ${config.vocabulary}`);
  return config;
}

type Common = Pick<EncoderConfig, 'positions' | 'vocabulary' | 'padId' | 'initializerRange' | 'task' | 'labels' | 'source'>;

function familyConfig(family: string, json: unknown, file: string, common: Common): EncoderConfig {
  switch (family) {
    case 'bert': {
      const fields = check(bertFields, json, file);
      return {
        family,
        width: fields.hidden_size,
        heads: fields.num_attention_heads,
        layers: fields.num_hidden_layers,
        feedForwardWidth: fields.intermediate_size,
        activation: fields.hidden_act,
        normEpsilon: fields.layer_norm_eps,
        typeVocabulary: fields.type_vocab_size,
        hiddenDropout: fields.hidden_dropout_prob,
        attentionDropout: fields.attention_probs_dropout_prob,
        classifierDropout: fields.classifier_dropout ?? fields.hidden_dropout_prob,
        ...common,
      };
    }
    case 'distilbert': {
      const fields = check(distilbertFields, json, file);
      return {
        family,
        width: fields.dim,
        heads: fields.n_heads,
        layers: fields.n_layers,
        feedForwardWidth: fields.hidden_dim,
        activation: fields.activation,
        normEpsilon: distilbertNormEpsilon,
        typeVocabulary: 0,
        hiddenDropout: fields.dropout,
        attentionDropout: fields.attention_dropout,
        classifierDropout: fields.seq_classif_dropout,
        ...common,
      };
    }
    default:
      throw new Error(`${file}: model_type '${printable(family)}' is not supported; supported are bert and distilbert`);
  }
}

/** config.json for a model, with the fields of the file it came from kept. */
export function configToJson(config: EncoderConfig): Record<string, unknown> {
  const { labels, task } = config;
  const { torch_dtype: _former, ...source } = config.source; // an older spelling of dtype, which may say otherwise
  const classifies = task === 'single-label' || task === 'multi-label' || task === 'regression';
  return {
    ...source,
    architectures: [architectureOf(config)],
    model_type: config.family,
    vocab_size: config.vocabulary,
    max_position_embeddings: config.positions,
    pad_token_id: config.padId,
    initializer_range: config.initializerRange,
    tie_word_embeddings: true,
    dtype: 'float32',
    ...familyFields(config),
    ...(classifies
      ? {
          id2label: Object.fromEntries(labels.map((name, index) => [String(index), name])),
          label2id: Object.fromEntries(labels.map((name, index) => [name, index])),
          problem_type: { 'single-label': 'single_label_classification', 'multi-label': 'multi_label_classification', regression: 'regression' }[task],
        }
      : {}),
  };
}

function familyFields(config: EncoderConfig): Record<string, unknown> {
  return config.family === 'bert'
    ? {
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
      }
    : {
        dim: config.width,
        n_heads: config.heads,
        n_layers: config.layers,
        hidden_dim: config.feedForwardWidth,
        activation: config.activation,
        dropout: config.hiddenDropout,
        attention_dropout: config.attentionDropout,
        seq_classif_dropout: config.classifierDropout,
      };
}

function architectureOf({ family, task }: EncoderConfig): string {
  const prefix = { bert: 'Bert', distilbert: 'DistilBert' }[family];
  return prefix + { none: 'Model', 'masked-lm': 'ForMaskedLM', 'single-label': 'ForSequenceClassification', 'multi-label': 'ForSequenceClassification', regression: 'ForSequenceClassification' }[task];
}

/** The names of the classes that a config.json gives, and the problem type that it states. */
export function classesOf(json: unknown, file: string): { names: string[]; problem: ProblemType | undefined } {
  const { id2label, num_labels: number, problem_type: problem } = check(classFields, json, file);
  return { names: labelsOf(id2label, number, file), problem: problem ?? undefined };
}

/** As transformers decides it: the stated problem type, else one label means regression. */
export function taskOf(architecture: string, problem: ProblemType | undefined, labels: readonly string[]): { task: Task; labels: readonly string[] } {
  if (architecture.endsWith('ForMaskedLM') || architecture.endsWith('ForPreTraining')) return { task: 'masked-lm', labels: [] };
  if (!architecture.endsWith('ForSequenceClassification')) return { task: 'none', labels: [] };
  if (problem === 'multi_label_classification') return { task: 'multi-label', labels };
  if (problem === 'regression' || (problem === undefined && labels.length === 1)) return { task: 'regression', labels };
  return { task: 'single-label', labels };
}

function labelsOf(names: Record<string, string> | null | undefined, number: number | null | undefined, file: string): string[] {
  if (!names) return Array.from({ length: number ?? 2 }, (_, index) => `LABEL_${index}`); // two is transformers' default
  return Object.keys(names).map((_, index) => {
    const name = names[String(index)];
    if (name === undefined) throw new Error(`${file}: id2label names ${Object.keys(names).length} classes, but none numbered ${index}; they count from 0`);
    return name;
  });
}

function check<T>(schema: z.ZodType<T>, json: unknown, file: string): T {
  const result = schema.safeParse(json);
  if (!result.success) throw new Error(`${file}: ${shapeFault(result.error)}`);
  return result.data;
}
