/**
 * What the objectives on matched layers share: they want the same kind of state of certain layers of both sides and sum a term over the
 * pairs. The term, its averages and its scale are each objective's own.
 */
import type { Batch } from '../engine/batch.ts';
import * as tf from '../engine/tf.ts';
import type { OutputOf, QueryKeyValue } from '../models/output.ts';
import type { ParameterSpec } from '../nn/parameters.ts';
import { attentionPlace, checkMatches, describedMatches, type LayerMatch, missingLayer, pairOf } from './layer-match.ts';
import type { Objective, Paper, Shapes, StepContext } from './objective.ts';
import { constant } from './stop-gradient.ts';

interface StateOf {
  readonly hidden: tf.Tensor;
  readonly cls: tf.Tensor;
  readonly scores: tf.Tensor;
  readonly qkv: QueryKeyValue;
  readonly preActivations: tf.Tensor;
}

/** The kinds of states that a model says layer by layer. */
export type StateKind = keyof StateOf;

const words: Readonly<Record<StateKind, string>> = {
  hidden: 'hidden states',
  cls: "first tokens' states",
  scores: 'attention scores',
  qkv: 'queries, keys and values',
  preActivations: 'feed-forward pre-activations',
};

/** Hidden states have a layer 0, the output of the embeddings. */
const hasEmbeddings = (kind: StateKind) => kind === 'hidden' || kind === 'cls';

export type StateWants<K extends StateKind> = Readonly<Record<K, readonly number[]>>;

export interface MatchedPair<K extends StateKind> {
  readonly student: StateOf[K];
  /** Constants: no gradient reaches them. */
  readonly teacher: StateOf[K];
  readonly match: LayerMatch;
  /** Of the pair in the list, from 0: names its own parameters. */
  readonly place: number;
}

/** Both sides' sizes, where both are known. */
export type PairShapes = Shapes & { readonly teacher: NonNullable<Shapes['teacher']> };

export interface LayeredOptions<K extends StateKind> {
  readonly name: string;
  readonly paper: Paper;
  readonly settings?: Objective['settings'];
  readonly kind: K;
  readonly matches: readonly LayerMatch[];
  /** Beyond layers that do not exist. */
  readonly refusal?: (shapes: PairShapes) => string | undefined;
  readonly parameters?: (shapes: PairShapes) => readonly ParameterSpec[];
  /** The unweighted scalar of one pair. */
  readonly term: (pair: MatchedPair<K>, batch: Batch, context: StepContext) => tf.Scalar;
}

/** L = Σ_pairs weight · term; each term is heard where there are several, as `<name>.<student>:<teacher>`. */
export function layered<K extends StateKind>({ name, paper, settings = {}, kind, matches, refusal, parameters, term }: LayeredOptions<K>): Objective<StateWants<K>, StateWants<K>> {
  const embeddings = hasEmbeddings(kind);
  checkMatches(name, matches, { embeddings });
  const place = (layer: number) => (embeddings ? layer : attentionPlace(layer));
  const wanted = (side: 'student' | 'teacher') => ({ [kind]: [...new Set(matches.map((match) => place(match[side])))] }) as unknown as StateWants<K>;
  return {
    name,
    settings: { matches: describedMatches(matches), ...settings },
    paper,
    wants: { student: wanted('student'), teacher: wanted('teacher') },
    matched: [{ objective: name, what: words[kind], matches }],
    refusal: (shapes) => {
      const { student, teacher } = shapes;
      if (teacher === undefined) return `${name} compares layers, but the teacher does not say how many it has, nor how wide it is: give its \`dimensions\``;
      const refused = missingLayer(matches, student, teacher, { embeddings }) ?? refusal?.({ ...shapes, teacher });
      return refused === undefined ? undefined : `${name}: ${refused}`;
    },
    ...(parameters && { parameters: (shapes: Shapes) => parameters(bothKnown(name, shapes)) }),
    loss: (student, teacher, batch, context) => {
      const terms = matches.map((match, index) => {
        const pair = { student: stateAt<K>(student, kind, place(match.student), name), teacher: heldFixed(stateAt<K>(teacher, kind, place(match.teacher), name)), match, place: index };
        const value = term(pair, batch, context);
        if (matches.length > 1) context.hear?.(`${name}.${pairOf(match)}`, value);
        return match.weight === 1 ? value : tf.mul(value, match.weight);
      });
      return (terms.length === 1 ? terms[0] : tf.addN(terms)) as tf.Scalar;
    },
  };
}

export function bothKnown(objective: string, shapes: Shapes): PairShapes {
  if (shapes.teacher === undefined) throw new Error(`${objective}: the teacher does not say its dimensions`);
  return { ...shapes, teacher: shapes.teacher };
}

function stateAt<K extends StateKind>(output: OutputOf<StateWants<K>>, kind: K, layer: number, objective: string): StateOf[K] {
  const state = (output as unknown as Partial<Record<K, ReadonlyMap<number, StateOf[K]>>>)[kind]?.get(layer);
  if (state === undefined) throw new Error(`${objective} wants the ${words[kind]} of layer ${layer}, but they were not said`);
  return state;
}

function heldFixed<T extends tf.Tensor | QueryKeyValue>(state: T): T {
  if (state instanceof tf.Tensor) return constant(state);
  const { query, key, value } = state;
  return { query: constant(query), key: constant(key), value: constant(value) } as unknown as T;
}
