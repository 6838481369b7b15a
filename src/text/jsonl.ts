// JSON lines: one object on each line, its fields the columns (https://jsonlines.org). Labels are texts, numbers, true or false, or
// (multi-label) lists of them; ids are texts or numbers. Blank lines are passed over; line numbers still count them.
import { parseJson } from '../storage/json.ts';
import { gatherFile } from './corpus-file.ts';
import { factsFromPath, type Corpus, type ReadOptions } from './corpus.ts';
import { RowReader, type Column, type RowOptions } from './example-row.ts';
import type { Example, ExampleLabel } from './example.ts';
import { readLines, type Line } from './lines.ts';
import { listed, quoted } from '../storage/quoted.ts';

type Fields = Readonly<Record<string, unknown>>;

/** Reads a whole JSONL file. Throws an Error with file, line and mend for whatever `readJsonl` refuses, and for a file without examples. */
export async function openJsonl(path: string, options: RowOptions): Promise<Corpus> {
  return gatherFile(path, readJsonl, options);
}

/** The examples of a JSONL file, one at a time. */
export async function* readJsonl(path: string, options: RowOptions & ReadOptions): AsyncGenerator<Example, void, undefined> {
  const { text, pair, label, id, split = factsFromPath(path).split } = options;
  const numbered = [text, pair, label, id].find((column) => typeof column === 'number');
  if (numbered !== undefined) throw new Error(`${path}: column number ${numbered} asked of JSON lines; give the name of a field`);
  const reader = new RowReader(path, { ...options, split, rereadIds: () => idsOf(path, id ?? '') });
  for await (const { line, fields } of readObjects(path)) {
    const place = `${path}:${line}`;
    const example = reader.example(line, {
      text: textOf(fields, text, place),
      ...(pair !== undefined && { pair: textOf(fields, pair, place) }),
      ...(label !== undefined && { label: labelOf(fields, label, place) }),
      ...(id !== undefined && { id: idOf(fields, id, place) }),
    });
    if (id !== undefined) await reader.checkId(example, line);
    yield example;
  }
}

/** The objects of a JSONL file, whatever their fields. */
export async function* readObjects(path: string): AsyncGenerator<{ line: number; fields: Fields }, void, undefined> {
  for await (const line of readLines(path)) if (line.text.trim() !== '') yield { line: line.number, fields: parseObject(line, path) };
}

async function* idsOf(path: string, id: Column): AsyncGenerator<{ id: string; line: number }, void, undefined> {
  for await (const { line, fields } of readObjects(path)) yield { id: idOf(fields, id, `${path}:${line}`), line };
}

function parseObject(line: Line, path: string): Fields {
  const place = `${path}:${line.number}`;
  let value: unknown;
  try {
    value = parseJson(line.text, path, line.number);
  } catch (error) {
    // What Python's json module writes for numbers that JSON does not have.
    const number = /(?:[:,[]|^)\s*(NaN|-?Infinity)\b/.exec(line.text)?.[1];
    if (number !== undefined) throw new Error(`${place}: ${number} is not a number of JSON; write a finite number, or remove the line`, { cause: error });
    if (!line.ended) throw new Error(`${place}: the file ends inside this line: was it cut short? Copy it again, or remove the line`, { cause: error });
    throw new Error(`${error instanceof Error ? error.message : String(error)}; every line must be one whole object`, { cause: error });
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Error(`${place}: ${quoted(value, 40)} is not an object; write each example as {"text": "…", "label": "…"}`);
  return value as Fields;
}

function fieldOf(fields: Fields, name: Column, place: string): unknown {
  if (Object.hasOwn(fields, name)) return fields[name];
  throw new Error(`${place}: no field ${quoted(name)}; the fields are ${listed(Object.keys(fields).map((key) => quoted(key)))}: name one of these`);
}

function textOf(fields: Fields, name: Column, place: string): string {
  const value = fieldOf(fields, name, place);
  if (typeof value !== 'string') throw new Error(`${place}: field ${quoted(name)} holds ${quoted(value, 40)} where a text is wanted; put it in double quotes`);
  return sound(value, name, place);
}

function labelOf(fields: Fields, name: Column, place: string): ExampleLabel | undefined {
  const value = fieldOf(fields, name, place);
  if (value === null) return undefined;
  if (typeof value === 'number') return value;
  if (typeof value === 'boolean') return String(value);
  if (typeof value === 'string') return sound(value, name, place);
  if (Array.isArray(value) && value.every((item) => typeof item === 'string' || typeof item === 'number')) return value.map((item) => sound(String(item), name, place));
  throw new Error(`${place}: label ${quoted(value, 40)} is neither a text, a number nor a list of them`);
}

function idOf(fields: Fields, name: Column, place: string): string {
  const value = fieldOf(fields, name, place);
  if (typeof value !== 'string' && typeof value !== 'number') throw new Error(`${place}: id ${quoted(value, 40)} is neither a text nor a number`);
  return sound(String(value), name, place);
}

/** JSON can write half a character, which no file and no tokenizer can hold. */
function sound(text: string, name: Column, place: string): string {
  if (/\p{Surrogate}/u.test(text)) throw new Error(`${place}: field ${quoted(name)} holds half a character (a lone surrogate); remove it`);
  return text;
}
