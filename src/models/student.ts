/**
 * Making a student: fresh of any size, or cut from a teacher by copying chosen layers with the embeddings and, where it fits, the
 * head (Sanh et al. 2019; Sun et al. 2019). It trains nothing.
 */
import { randomKey } from '../engine/random.ts';
import { freshValues, Parameters } from '../nn/parameters.ts';
import type { EncoderConfig, FamilyName } from './config.ts';
import { families } from './families.ts';
import type { ModuleNames } from './families/family.ts';
import { createModel, type Model } from './model.ts';
import { parameterSpecs } from './parameter-specs.ts';

/** One row of the printed map: a student parameter group and where it comes from. */
export interface CopiedLayer {
  readonly student: string;
  readonly teacher: string;
}

export interface CutOptions {
  /** Teacher layers to keep, from 0, in the student's order. */
  readonly layers: readonly number[];
  /** Family of the student; a DistilBERT cut from a BERT drops token types and pooler (the pooler's weights seed its pre-classifier). */
  readonly family?: FamilyName;
  /** Seed of whatever has no counterpart in the teacher. */
  readonly seed?: number;
}

export interface Cut {
  readonly model: Model;
  /** Every stored name of the student and the teacher's name it was copied from; fresh ones are absent. */
  readonly copiedFrom: ReadonlyMap<string, string>;
  /** For people: one row per layer. */
  readonly map: readonly CopiedLayer[];
}

/** The configuration of a cut, same width and vocabulary, fewer layers. */
export function cutConfig(teacher: EncoderConfig, { layers, family = teacher.family }: CutOptions): EncoderConfig {
  const beyond = layers.find((layer) => !Number.isInteger(layer) || layer < 0 || layer >= teacher.layers);
  if (layers.length === 0 || beyond !== undefined) throw new Error(`layers [${layers.join(', ')}] cannot be cut from a teacher whose layers run from 0 to ${teacher.layers - 1}`);
  if (family !== teacher.family && !(family === 'distilbert' && teacher.family === 'bert')) throw new Error(`${families[family].title} cannot be cut from ${families[teacher.family].title}: only DistilBERT takes over the layers of another family, BERT's`);
  return {
    ...teacher,
    family,
    layers: layers.length,
    ...(family === teacher.family ? {} : { ...crossing(family, teacher), source: {} }),
  };
}

/** What the other family fixes in its own way. */
function crossing(family: FamilyName, teacher: EncoderConfig): Pick<EncoderConfig, 'typeVocabulary' | 'normEpsilon'> {
  const { typeVocabulary, normEpsilon } = families[family].fresh(teacher);
  return { typeVocabulary, normEpsilon };
}

/** Copies embeddings, the chosen layers and the head of `teacher` into a new model. */
export async function cutStudent(teacher: Model, options: CutOptions): Promise<Cut> {
  const config = cutConfig(teacher.config, options);
  const values = await teacher.parameters.read();
  const copiedFrom = new Map<string, string>();
  const key = randomKey(options.seed ?? 0, 'initialise');
  const parameters = new Parameters(parameterSpecs(config), (spec) => {
    const name = teacherName(spec.name, config.family, teacher.config.family, options.layers);
    const found = values.get(name);
    if (found?.shape.join() !== spec.shape.join()) return freshValues(spec, key, config.initializerRange);
    copiedFrom.set(spec.name, name);
    return found.data;
  });
  return { model: createModel(config, parameters), copiedFrom, map: [{ student: 'embeddings', teacher: 'embeddings' }, ...layerRows(teacher.config, options.layers)] };
}

/** A shared layer has no depth to choose from: the student applies it less often, and which of the teacher's depths were named makes no difference. */
function layerRows({ family, layers: depth }: EncoderConfig, layers: readonly number[]): CopiedLayer[] {
  if (families[family].sharesLayers) return [{ student: `the shared layer, applied ${layers.length} times`, teacher: `the shared layer, applied ${depth} times` }];
  return layers.map((layer, index) => ({ student: `layer ${index + 1}`, teacher: `layer ${layer + 1}` }));
}

/** Where a student's parameter stands in the teacher: layer m is layer `layers[m]`, modules translated between families. */
function teacherName(name: string, student: FamilyName, teacher: FamilyName, layers: readonly number[]): string {
  const [from, to] = [families[student].names, families[teacher].names];
  const inLayer = new RegExp(`^${from.layers.replaceAll('.', '\\.')}\\.(\\d+)\\.(.+)\\.(weight|bias)$`).exec(name);
  if (inLayer !== null) {
    const [, index = '', module = '', part = ''] = inLayer;
    return `${to.layers}.${families[teacher].sharesLayers ? 0 : (layers[Number(index)] ?? -1)}.${translate(module, from, to)}.${part}`;
  }
  if (name === from.languageBias) return to.languageBias;
  const outside = /^(.+)\.(weight|bias)$/.exec(name);
  if (outside === null) return name;
  const [, module = '', part = ''] = outside;
  if (module.startsWith(`${from.embeddings}.`)) return `${to.embeddings}.${module.slice(from.embeddings.length + 1)}.${part}`;
  return `${translate(module, from, to)}.${part}`;
}

function translate(module: string, from: ModuleNames, to: ModuleNames): string {
  const role = (Object.keys(from) as (keyof ModuleNames)[]).find((key) => from[key] === module);
  return role === undefined ? module : (to[role] ?? module);
}
