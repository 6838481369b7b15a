/**
 * The model families by their names in config.json (`model_type`): one file each in families/, and what `retort list` prints.
 */
import type { EncoderConfig, FamilyName } from './config.ts';
import type { ModelFacts } from './facts.ts';
import { albert } from './families/albert.ts';
import { bert } from './families/bert.ts';
import { distilbert } from './families/distilbert.ts';
import { electra } from './families/electra.ts';
import type { Family } from './families/family.ts';
import { mobilebert } from './families/mobilebert.ts';
import { roberta } from './families/roberta.ts';

export const families: Readonly<Record<FamilyName, Family>> = { bert, distilbert, roberta, electra, albert, mobilebert };

export function isFamily(name: string): name is FamilyName {
  return Object.hasOwn(families, name);
}

/** Whether a configuration is one of these, and not of another kind of model. */
export function isEncoder(config: ModelFacts): config is EncoderConfig {
  return isFamily(config.family);
}

/** The module of a layer, from 0: with shared layers, the same for each. */
export function layerModule({ family }: Pick<EncoderConfig, 'family'>, layer: number): string {
  const { names, sharesLayers = false } = families[family];
  return `${names.layers}.${sharesLayers ? 0 : layer}`;
}

/** Layers that have weights of their own. */
export function storedLayers({ family, layers }: Pick<EncoderConfig, 'family' | 'layers'>): number {
  return families[family].sharesLayers === true ? 1 : layers;
}

/** The linear layer between the embeddings and the first layer, where there is one. */
export function projectionOf({ family, embeddingWidth, width }: Pick<EncoderConfig, 'family' | 'embeddingWidth' | 'width'>): string | undefined {
  const { projection } = families[family];
  return projection !== undefined && (projection.always || embeddingWidth !== width) ? projection.module : undefined;
}

/** The linear layer through which a head sees the first token; undefined where it sees it as it is, or where a bare encoder has none. */
export function poolerOf({ family, task, bottleneck }: Pick<EncoderConfig, 'family' | 'task' | 'bottleneck'>): { readonly module: string } | undefined {
  const { names } = families[family];
  const module = task === 'none' ? names.pooler : names.head;
  return module === undefined || bottleneck?.pooler === false ? undefined : { module };
}

/** Whether a model can be asked for its pooled output. */
export function hasPooled({ family, task, bottleneck }: Pick<EncoderConfig, 'family' | 'task' | 'bottleneck'>): boolean {
  return task !== 'masked-lm' && (bottleneck?.pooler === false || poolerOf({ family, task }) !== undefined);
}
