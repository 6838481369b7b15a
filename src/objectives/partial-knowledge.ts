/**
 * What the four partial kinds of distillation share: each replaces the teacher's distribution by one that keeps only a part of what it
 * says, to find out which part helps.
 */
import type { Paper } from './objective.ts';
import type { Weight } from './weight.ts';

export const tang: Paper = {
  authors: 'Tang, Shivanna, Zhao, Lin, Singh, Chi & Jain',
  year: 2020,
  title: 'Understanding and improving knowledge distillation',
  id: '2002.03532',
};

export interface PartialOptions {
  /** T, above 0. */
  readonly temperature?: number;
  /** α, 0..1: how much the synthetic distribution counts; the rest is hard cross-entropy at T = 1. May follow the step. */
  readonly alpha?: Weight;
}
