/**
 * What transformers.js made of a student's ONNX file, in words: for the terminal and for the report.
 */
import type { OnnxComparison } from '../evaluate/onnx-check.ts';
import { formatCount, formatPercent } from '../report/units.ts';

/** @param unit what the examples are called, as 'test examples'. */
export function onnxCheckText({ examples, tooLong = 0, largestDifference, agreement }: Pick<OnnxComparison, 'examples' | 'largestDifference' | 'agreement'> & { tooLong?: number }, unit: string): string {
  const left = tooLong > 0 ? ` (${formatCount(tooLong)} too long to compare)` : '';
  const difference = largestDifference.toExponential(1);
  const said = agreement === undefined ? `largest difference of scores ${difference}` : `largest difference of logits ${difference}, same answer on ${formatPercent(agreement)}`;
  return `${formatCount(examples)} ${unit}${left}, ${said}`;
}
