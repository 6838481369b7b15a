/**
 * What a student is asked to match, by name: soft labels alone, or with states of the teacher's layers beside them. A choice comes with
 * the layers and the weight that its paper uses; `--match` and `--match-weight` change them.
 */
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { Dimensions } from '../models/dimensions.ts';
import { activationBoundary } from '../objectives/activation-boundary.ts';
import { attentionTransfer } from '../objectives/attention-transfer.ts';
import { cckd } from '../objectives/cckd.ts';
import { cosineHidden } from '../objectives/cosine-hidden.ts';
import { crd } from '../objectives/crd.ts';
import { factorTransfer } from '../objectives/factor-transfer.ts';
import { fsp } from '../objectives/fsp.ts';
import { hardLabels } from '../objectives/hard-labels.ts';
import { hint } from '../objectives/hint.ts';
import { type Depths, lastMatches, type LayerMatch, lastLayers, skipMatches, uniformMatches } from '../objectives/layer-match.ts';
import { logitMse } from '../objectives/logit-mse.ts';
import { minilmAttention } from '../objectives/minilm-attention.ts';
import { minilmRelation } from '../objectives/minilm-relation.ts';
import { minilmValueRelation } from '../objectives/minilm-value-relation.ts';
import { ntXent } from '../objectives/nt-xent.ts';
import { type Objective, weighted } from '../objectives/objective.ts';
import { pkd } from '../objectives/pkd.ts';
import { rkdAngle } from '../objectives/rkd-angle.ts';
import { rkdDistance } from '../objectives/rkd-distance.ts';
import { similarityPreserving } from '../objectives/similarity-preserving.ts';
import { softLabel } from '../objectives/soft-label.ts';
import { tinybertAttention } from '../objectives/tinybert-attention.ts';
import { tinybertHidden } from '../objectives/tinybert-hidden.ts';
import { tinybertPrediction } from '../objectives/tinybert-prediction.ts';
import { vid } from '../objectives/vid.ts';
import type { LabelKind } from '../text/example.ts';
import { numberFromZero } from './option-values.ts';

type Rule = 'uniform' | 'skip' | 'last' | 'middle' | 'top';
/** A rule, or pairs by hand. */
type MatchRule = Rule | readonly LayerMatch[];

interface Choice {
  /** Beside the labels, each with how much it counts within the choice. */
  readonly parts: (matches: readonly LayerMatch[]) => readonly (readonly [number, Objective])[];
  /** How much all of them count beside the soft labels. */
  readonly weight: number;
  /** Absent where no layers are matched. */
  readonly rule?: Rule;
  /** Whether a rule's pairs come after that of the embeddings. */
  readonly embeddings?: true;
}

const above = (matches: readonly LayerMatch[]) => matches.filter(({ student, teacher }) => student !== 0 && teacher !== 0);

const choices: Readonly<Record<string, Choice>> = {
  tinybert: { parts: (matches) => [[1, tinybertHidden({ matches })], [1, tinybertAttention({ matches: above(matches) })]], weight: 1, rule: 'uniform', embeddings: true },
  pkd: { parts: (matches) => [[1, pkd({ matches, reduction: 'elementwise' })]], weight: 100, rule: 'skip' },
  minilm: { parts: (matches) => [[1, minilmAttention({ matches })], [1, minilmValueRelation({ matches })]], weight: 1, rule: 'top' },
  rkd: { parts: () => [[1, rkdDistance()], [2, rkdAngle()]], weight: 25 },
  'activation-boundary': { parts: (matches) => [[1, activationBoundary({ matches })]], weight: 1, rule: 'top' },
  'attention-transfer': { parts: (matches) => [[1, attentionTransfer({ matches })]], weight: 1000, rule: 'uniform' },
  cckd: { parts: () => [[1, cckd()]], weight: 0.003 },
  'cosine-hidden': { parts: (matches) => [[1, cosineHidden({ matches })]], weight: 1, rule: 'top' },
  crd: { parts: () => [[1, crd()]], weight: 0.8 },
  'factor-transfer': { parts: (matches) => [[1, factorTransfer({ matches, factors: 500 })]], weight: 1, rule: 'top' },
  fsp: { parts: (matches) => [[1, fsp({ matches })]], weight: 1, rule: 'top', embeddings: true },
  hint: { parts: (matches) => [[1, hint({ matches })]], weight: 1, rule: 'middle' },
  'minilm-relation': { parts: (matches) => [[1, minilmRelation({ matches })]], weight: 1, rule: 'top' },
  'nt-xent': { parts: () => [[1, ntXent()]], weight: 1 },
  'similarity-preserving': { parts: (matches) => [[1, similarityPreserving({ matches })]], weight: 3000, rule: 'top' },
  'tinybert-attention': { parts: (matches) => [[1, tinybertAttention({ matches })]], weight: 1, rule: 'uniform' },
  'tinybert-hidden': { parts: (matches) => [[1, tinybertHidden({ matches })]], weight: 1, rule: 'uniform', embeddings: true },
  vid: { parts: (matches) => [[1, vid({ matches })]], weight: 1, rule: 'top' },
};

export const plainChoice = 'soft-label';
/** They compare class logits alone. */
const answerChoices: readonly string[] = [plainChoice, 'logit-mse'];
/** Of translators: what the teacher wrote, how likely it finds each word, or both. */
export const translationObjectives: readonly string[] = ['seq-kd', 'word-kd', 'word-kd+seq-kd'];
export const objectiveChoices: readonly string[] = [...answerChoices, ...Object.keys(choices)];

export interface ObjectiveOptions {
  readonly objective: string;
  readonly match?: MatchRule;
  readonly matchWeight?: number;
  readonly temperature?: number;
  readonly hardWeight: number;
}

/** @param translators whether students may be translators too. */
export function addObjectiveOptions(command: Command, { translators }: { readonly translators: boolean }): Command {
  const ofTranslators = translators ? '; of translators what the teacher writes (seq-kd, their default), how likely it finds each word (word-kd), or both' : '';
  return command
    .addOption(new Option('--objective <name>', `what the student matches beside the teacher's soft labels: states of a live teacher's layers, as a paper has it; or its logits instead of them: logit-mse${ofTranslators}`).choices([...objectiveChoices, ...(translators ? translationObjectives : [])]).default(plainChoice))
    .option('--match <layers>', 'which layers: uniform, skip, last, middle, top, or pairs student:teacher from 1 (0 = embeddings), as 1:2,2:4 (default: the paper\'s)', matchRule)
    .option('--match-weight <w>', 'how much they count beside the soft labels, which count 1 (default: the paper\'s)', numberFromZero);
}

/** Whether the objective listens to more than class logits. */
export function readsStates({ objective }: Pick<ObjectiveOptions, 'objective'>): boolean {
  return !answerChoices.includes(objective);
}

/** Whether pairs of layers are matched. */
export function matchesLayers({ objective }: Pick<ObjectiveOptions, 'objective'>): boolean {
  return choices[objective]?.rule !== undefined;
}

export interface Lesson {
  readonly task: LabelKind;
  /** Softening adds nothing to bare labels, and a score is not softened. */
  readonly bareLabels: boolean;
  readonly classWeights?: readonly number[] | undefined;
  readonly student: Dimensions;
  /** Absent where no state is looked at. */
  readonly teacher?: Dimensions | undefined;
}

/** Labels, soft labels, and what is matched beside them. TinyBERT has a soft cross-entropy of its own in place of the soft labels. */
export function chosenObjective(options: ObjectiveOptions, { task, bareLabels, classWeights, student, teacher }: Lesson): Objective {
  const { objective: name, temperature, hardWeight, matchWeight } = options;
  const choice = choices[name];
  const soft: Objective = name === 'logit-mse' ? logitMse() : name === 'tinybert' ? tinybertPrediction({ temperature: temperature ?? 1, task }) : softLabel({ temperature: temperature ?? (bareLabels ? 1 : 2), task });
  const parts = choice === undefined ? [] : choice.parts(choice.rule === undefined ? [] : matchesBy(options.match ?? choice.rule, depthsOf(name, student, teacher), choice));
  if (parts.length === 0 && hardWeight === 0) return soft;
  const weight = matchWeight ?? choice?.weight ?? 1;
  return weighted([
    ...(hardWeight === 0 ? [] : [[hardWeight, hardLabels({ ...(classWeights && { classWeights }) })] as const]),
    [1, soft],
    ...parts.map(([share, part]) => [weight * share, part] as const),
  ]);
}

function depthsOf(name: string, student: Dimensions, teacher: Dimensions | undefined): Depths {
  if (teacher === undefined) throw new Error(`--objective ${name} matches layers, but of the teacher only answers are known; give a model's folder as teacher`);
  return { student: student.layers, teacher: teacher.layers };
}

function matchesBy(rule: MatchRule, depths: Depths, { embeddings }: Pick<Choice, 'embeddings'>): readonly LayerMatch[] {
  const pairs = byRule(rule, depths);
  return typeof rule === 'string' && embeddings === true ? [{ student: 0, teacher: 0, weight: 1 }, ...pairs] : pairs;
}

function byRule(rule: MatchRule, depths: Depths): readonly LayerMatch[] {
  switch (rule) {
    case 'uniform':
      return uniformMatches(depths);
    case 'skip':
      return skipMatches(depths);
    case 'last':
      return lastMatches(depths);
    case 'middle':
      return uniformMatches(depths).slice(Math.ceil(depths.student / 2) - 1, Math.ceil(depths.student / 2));
    case 'top':
      return lastLayers;
    default:
      return rule;
  }
}

const rules: readonly string[] = ['uniform', 'skip', 'last', 'middle', 'top'] satisfies Rule[];

/** `uniform` and its kin, or `1:2,2:4`. */
export function matchRule(text: string): MatchRule {
  if (rules.includes(text)) return text as Rule;
  return text.split(',').map((pair) => {
    const [, student, teacher] = /^\s*(-?\d+):(-?\d+)\s*$/.exec(pair) ?? [];
    if (student === undefined || teacher === undefined) throw new InvalidArgumentError('Wanted: uniform, skip, last, middle, top, or pairs of layers as 1:2,2:4 (student:teacher, from 1; 0 = embeddings; -1 = the last).');
    return { student: Number(student), teacher: Number(teacher), weight: 1 };
  });
}
