/**
 * Every strategy by its name: what `retort list` prints.
 */
import type { Paper } from '../objectives/objective.ts';
import { plain, type Strategy } from './plain.ts';

export interface StrategyEntry {
  readonly strategy: Strategy;
  readonly what: string;
  readonly paper: Paper;
}

export const strategyCatalogue: Readonly<Record<string, StrategyEntry>> = {
  plain: {
    strategy: plain,
    what: 'one student, one objective, at most one teacher, one corpus; the best weights on dev are kept',
    paper: { authors: 'Hinton, Vinyals & Dean', year: 2015, title: 'Distilling the knowledge in a neural network', id: '1503.02531' },
  },
};
