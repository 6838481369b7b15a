/**
 * What transformers.js made of a student's ONNX file, in words: for the terminal and for the report.
 */
import { formatCount, formatPercent } from '../report/units.ts';

/** Of logits there is a difference, of translations none. */
export interface OnnxCheck {
  readonly examples: number;
  readonly tooLong?: number;
  readonly largestDifference?: number;
  readonly agreement?: number;
}

/** @param unit what the examples are called, as 'test examples'. */
export function onnxCheckText({ examples, tooLong = 0, largestDifference, agreement }: OnnxCheck, unit: string): string {
  const left = tooLong > 0 ? ` (${formatCount(tooLong)} too long to compare)` : '';
  if (largestDifference === undefined) return `${formatCount(examples)} ${unit}${left}, ${formatPercent(agreement ?? NaN)} translated alike (greedy search)`;
  const difference = largestDifference.toExponential(1);
  const said = agreement === undefined ? `largest difference of scores ${difference}` : `largest difference of logits ${difference}, same answer on ${formatPercent(agreement)}`;
  return `${formatCount(examples)} ${unit}${left}, ${said}`;
}
