/**
 * Which axis of which parameter belongs to the width of the stream, to the heads of a layer or to the neurons of a feed-forward block: what
 * a width cut must take away together. MobileBERT's bottlenecks are not among them.
 */
import type { EncoderConfig } from './config.ts';
import { families, layerModule, poolerOf, projectionOf, storedLayers } from './families.ts';
import { parameterSpecs } from './parameter-specs.ts';

/** `layer` counts those that have weights of their own, from 0. */
export type Axis = { readonly of: 'width' } | { readonly of: 'heads' | 'neurons'; readonly layer: number };

/** Axes of every parameter, in its shape's order; undefined where an axis is no matter of width. @throws for MobileBERT. */
export function widthAxes(config: EncoderConfig): Map<string, readonly (Axis | undefined)[]> {
  if (config.bottleneck) throw new Error(`${families[config.family].title} has bottlenecks of its own: its width cannot be cut`);
  const known = new Map([...embeddingAxes(config), ...layerAxes(config), ...headAxes(config)]);
  return new Map(parameterSpecs(config).map(({ name, shape }) => [name, known.get(name) ?? shape.map(() => undefined)]));
}

type Entry = readonly [string, readonly (Axis | undefined)[]];

const width: Axis = { of: 'width' };

function linear(module: string, outputs: Axis | undefined, inputs: Axis | undefined): Entry[] {
  return [[`${module}.weight`, [outputs, inputs]], [`${module}.bias`, [outputs]]];
}

function norm(module: string, axis: Axis | undefined): Entry[] {
  return [[`${module}.weight`, [axis]], [`${module}.bias`, [axis]]];
}

/** Below a projection the embeddings keep their own width. */
function embeddingAxes(config: EncoderConfig): Entry[] {
  const { embeddings } = families[config.family].names;
  const projection = projectionOf(config);
  if (projection !== undefined) return linear(projection, width, undefined);
  const tables = ['word', 'position', 'token_type'].map((name): Entry => [`${embeddings}.${name}_embeddings.weight`, [undefined, width]]);
  return [...tables, ...norm(`${embeddings}.LayerNorm`, width)];
}

function layerAxes(config: EncoderConfig): Entry[] {
  const { names } = families[config.family];
  return Array.from({ length: storedLayers(config) }, (_, layer) => {
    const [heads, neurons]: Axis[] = [{ of: 'heads', layer }, { of: 'neurons', layer }];
    const inside = (part: string) => `${layerModule(config, layer)}.${part}`;
    return [
      ...[names.query, names.key, names.value].flatMap((part) => linear(inside(part), heads, width)),
      ...linear(inside(names.attentionOutput), width, heads),
      ...norm(inside(names.attentionNorm), width),
      ...linear(inside(names.expansion), neurons, width),
      ...linear(inside(names.contraction), width, neurons),
      ...norm(inside(names.outputNorm), width),
    ];
  }).flat();
}

/** A masked-LM head ends at the width of the word embeddings, to which its decoder is tied. */
function headAxes(config: EncoderConfig): Entry[] {
  const { names } = families[config.family];
  const pooler = poolerOf(config);
  const decoded = projectionOf(config) === undefined || families[config.family].language.width === 'width' ? width : undefined;
  return [
    ...(pooler === undefined ? [] : linear(pooler.module, width, width)),
    [`${names.classifier}.weight`, [undefined, width]],
    ...linear(names.languageTransform, decoded, width),
    ...norm(names.languageNorm, decoded),
  ];
}
