// JSON files in and out. An error names the file, the line and the column, and says what is wrong there.
// What a value means is the caller's business: every reader returns `unknown`.
import { readFile } from 'node:fs/promises';
import { writeFileAtomically } from './atomic.ts';
import { findJsonProblem, lineAndColumn } from './json-scan.ts';

/** Reads one UTF-8 JSON file. A byte order mark is skipped. */
export async function readJson(path: string): Promise<unknown> {
  return parseJson(decode(await readFile(path), path), path);
}

/** The same; undefined where there is no such file. */
export async function readJsonIfPresent(path: string): Promise<unknown> {
  return readJson(path).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  });
}

/**
 * Writes `value` with two spaces and a last newline, whole or not at all. NaN becomes null, as JSON has it.
 * @param options.decimals fields that are written as 1.0 where they are whole, for readers that tell the two apart.
 */
export async function writeJson(path: string, value: unknown, { decimals = [] }: { readonly decimals?: readonly string[] } = {}): Promise<void> {
  const text = JSON.stringify(value, null, 2) as string | undefined;
  if (text === undefined) throw new Error(`${path}: ${typeof value} is not a JSON value`);
  const fields = decimals.length === 0 ? text : text.replaceAll(new RegExp(`^( *"(?:${decimals.join('|')})": -?\\d+)(,?)$`, 'gm'), '$1.0$2');
  await writeFileAtomically(path, `${fields}\n`);
}

/**
 * Reads a file of one JSON value a line. Empty lines are skipped. A last line without its newline that is no JSON is
 * what a killed writer leaves: it is dropped. Any other broken line is an error with its number.
 */
export async function readJsonLines(path: string): Promise<unknown[]> {
  const bytes = await readFile(path);
  const wholeLength = bytes.lastIndexOf(0x0a) + 1; // a torn tail may end inside a UTF-8 character: cut before decoding
  const lines = decode(bytes.subarray(0, wholeLength), path).split('\n');
  const values = lines.flatMap((line, index) => (line.trim() === '' ? [] : [parseJson(line, path, index + 1)]));
  try {
    values.push(JSON.parse(new TextDecoder().decode(bytes.subarray(wholeLength))));
  } catch {
    // torn or empty
  }
  return values;
}

/** @param line where the text starts in the file, counted from 1. */
export function parseJson(text: string, path: string, line = 1): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const { offset, what } = findJsonProblem(text) ?? { offset: 0, what: 'not JSON' };
    const at = lineAndColumn(text, offset);
    throw new Error(`${path}:${line + at.line - 1}:${at.column}: not valid JSON: ${what}`, { cause: error });
  }
}

function decode(bytes: Uint8Array, path: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    throw new Error(`${path}: not UTF-8 text. Save it as UTF-8.`, { cause: error });
  }
}
