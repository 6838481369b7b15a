/**
 * Every strategy by its name: what `retort list` prints, and what makes it at its defaults (assistants and candidates are the caller's).
 */
import type { Paper } from '../objectives/objective.ts';
import { kimRush } from '../objectives/seq-kd.ts';
import { earlyStoppedTeachers, type TeacherCandidate } from './early-stopped-teachers.ts';
import { hintThenLogits } from './hint-then-logits.ts';
import { intermediateThenPrediction } from './intermediate-then-prediction.ts';
import { plain, type Strategy } from './plain.ts';
import { sequenceLevel, type SequenceLevelOptions } from './sequence-level.ts';
import { type Stage, stages } from './stages.ts';
import { type Assistant, teacherAssistants } from './teacher-assistants.ts';

export interface StrategyEntry {
  readonly what: string;
  readonly paper: Paper;
}

const tinybert: Paper = { authors: 'Jiao, Yin, Shang, Jiang, Chen, Li, Wang & Liu', year: 2020, title: 'TinyBERT: distilling BERT for natural language understanding', id: '1909.10351' };

export const strategyCatalogue = {
  plain: {
    make: (): Strategy => plain,
    what: 'one student, one objective, at most one teacher, one corpus; the best weights on dev are kept',
    paper: { authors: 'Hinton, Vinyals & Dean', year: 2015, title: 'Distilling the knowledge in a neural network', id: '1503.02531' },
  },
  stages: {
    make: (list: readonly Stage[]): Strategy => stages(list),
    what: 'one lesson after another, each with its own objective, text, settings and part of the student that learns',
    paper: tinybert,
  },
  'hint-then-logits': {
    make: hintThenLogits,
    what: 'the lower half of the student learns the teacher\'s middle layer, then all of it labels and softened classes',
    paper: { authors: 'Romero, Ballas, Kahou, Chassang, Gatta & Bengio', year: 2015, title: 'FitNets: hints for thin deep nets', id: '1412.6550' },
  },
  'intermediate-then-prediction': {
    make: intermediateThenPrediction,
    what: 'embeddings, hidden states and attention, then predictions; before both perhaps the same states on running text',
    paper: tinybert,
  },
  'teacher-assistants': {
    make: (assistants: readonly Assistant[]): Strategy => teacherAssistants(assistants)(plain),
    what: 'models of sizes in between, each taught by the one above it and teaching the one below',
    paper: { authors: 'Mirzadeh, Farajtabar, Li, Levine, Matsukawa & Ghasemzadeh', year: 2020, title: 'Improved knowledge distillation via teacher assistant', id: '1902.03393' },
  },
  'early-stopped-teachers': {
    make: (candidates: readonly TeacherCandidate[]): Strategy => earlyStoppedTeachers(candidates)(plain),
    what: 'a student from each checkpoint of the teacher; the one that is best on dev stays',
    paper: { authors: 'Cho & Hariharan', year: 2019, title: 'On the efficacy of knowledge distillation', id: '1910.01348' },
  },
  'sequence-level': {
    make: (options: SequenceLevelOptions) => sequenceLevel(options)(plain),
    what: 'the teacher translates the sources once; the student learns what it wrote, chosen and filtered, in place of the references',
    paper: kimRush,
  },
} satisfies Readonly<Record<string, StrategyEntry & { readonly make: unknown }>>;
