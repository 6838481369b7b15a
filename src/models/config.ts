/**
 * A model's configuration in one form for all families. config-file.ts reads it from Hugging Face's config.json and writes it back.
 */
import type { Activation } from '../nn/activation.ts';
import type { Dimensions } from './dimensions.ts';

/** What the head answers. `none` is the bare encoder. */
export type Task = 'single-label' | 'multi-label' | 'regression' | 'masked-lm' | 'none';

/** As `model_type` in config.json; families/ has a file for each. */
export type FamilyName = 'bert' | 'distilbert' | 'roberta' | 'electra' | 'albert' | 'mobilebert';

export interface EncoderConfig {
  readonly family: FamilyName;
  /** H */
  readonly width: number;
  /** Of the table of words; H where nothing projects it. */
  readonly embeddingWidth: number;
  /** A */
  readonly heads: number;
  /** L */
  readonly layers: number;
  readonly feedForwardWidth: number;
  /** MobileBERT's layers; absent elsewhere. */
  readonly bottleneck?: Bottleneck;
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

export interface Bottleneck {
  /** What a layer computes in; heads divide it. */
  readonly width: number;
  /** Feed-forward blocks of a layer. */
  readonly feedForwards: number;
  /** Whether the first token passes a linear layer on its way to the classifier. */
  readonly pooler: boolean;
}

/** What the heads divide among them. */
export function attentionWidth({ bottleneck, width }: Pick<Dimensions, 'bottleneck' | 'width'>): number {
  return bottleneck?.width ?? width;
}

export function isClassifier({ task }: Pick<EncoderConfig, 'task'>): boolean {
  return task !== 'none' && task !== 'masked-lm';
}
