/**
 * Tables for a terminal: columns two spaces apart, a rule under the headers, nothing else. Cells may carry colour; their line breaks
 * and control characters do not survive. Lines are as long as their text: fitting a terminal is the caller's business.
 */
import { padText, textWidth } from './text-width.ts';

export type Align = 'left' | 'right';

/**
 * The table as text without a last line break. A column whose cells all start with a digit, a sign or a dash is set right
 * unless `align` (one entry a column, in order) says otherwise. Throws on a row of another length than the headers.
 */
export function formatTable(
  headers: readonly string[],
  rows: readonly (readonly (string | number)[])[],
  { align = [] }: { align?: readonly (Align | undefined)[] } = {},
): string {
  const cells = rows.map((row, index) => {
    if (row.length !== headers.length) throw new Error(`row ${index + 1} of the table has ${row.length} cells under ${headers.length} headers`);
    return row.map((cell) => String(cell).replaceAll(/\s+/g, ' '));
  });
  const columns = headers.map((header, column) => {
    const own = cells.map((row) => row[column]!);
    return {
      width: Math.max(textWidth(header), ...own.map(textWidth)),
      align: align[column] ?? (own.length > 0 && own.every((cell) => /^([-+±−]?[\d.]|[-–—]?$)/.test(cell)) ? 'right' : 'left'),
    };
  });
  const lineOf = (row: readonly string[]): string =>
    columns.map(({ width, align: side }, column) => padText(row[column]!, width, side)).join('  ').trimEnd();
  return [lineOf(headers), columns.map(({ width }) => '─'.repeat(width)).join('  '), ...cells.map(lineOf)].join('\n');
}
