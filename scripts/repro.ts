/**
 * `npm run repro:NAME`: runs what is missing of one reproduction (scripts/repro/NAME.ts) and makes the tables anew. Exit code: 0 done,
 * 1 failed, 2 wrong use, 130 after Ctrl-C; the same command goes on.
 *
 *     npm run repro:pkd -- --glue FOLDER --encoder FOLDER      or RETORT_GLUE and RETORT_ENCODER
 *     npm run repro:seqkd -- --corpus FOLDER                   or RETORT_CORPUS
 *     npm run repro:distilbert-pretrain -- --text FILE --held-out FILE ...    or RETORT_TEXT and RETORT_HELD_OUT
 *     npm run repro:pkd -- --check                             tables against the recorded runs, then the first 50 steps of one run again
 *     npm run repro:pkd -- --engine torch --precision bf16 --threads 2 --set seeds=[1]
 */
import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { reproductions } from './repro/catalogue.ts';
import type { Reproduction } from './repro/reproduction.ts';
import { renewTables } from './tables/renew.ts';

process.exitCode = await main(process.argv.slice(2));

async function main(words: string[]): Promise<number> {
  const use = (problem: unknown): number => {
    console.error(`${problem instanceof Error ? problem.message : String(problem)}\nnpm run repro:NAME [-- --check] [--glue FOLDER] [--encoder FOLDER] [--corpus FOLDER] [--text FILE] [--held-out FILE] [--engine NAME] [--precision NAME] [--threads N] [--set path=value]; the names are ${Object.keys(reproductions).join(', ')}`);
    return 2;
  };
  const text = { type: 'string' } as const;
  let parsed;
  try {
    parsed = parseArgs({ args: words, allowPositionals: true, options: { check: { type: 'boolean' }, glue: text, encoder: text, corpus: text, text, 'held-out': text, engine: { ...text, default: 'torch' }, precision: { ...text, default: 'bf16' }, threads: text, set: { ...text, multiple: true, default: [] } } });
  } catch (error) {
    return use(error);
  }
  const { values: { check = false, set, ...given }, positionals: [name = '', ...rest] } = parsed;
  const reproduction = Object.hasOwn(reproductions, name) ? reproductions[name] : undefined;
  if (reproduction === undefined || rest.length > 0) return use(`there is no reproduction '${[name, ...rest].join(' ')}'`);

  console.log(await headerOf(name));
  if (check) {
    const { tables, stale } = await renewTables('.', { check });
    if (stale.length > 0) {
      console.error(`${stale.join(', ')}: the tables are not what the recorded runs give; 'npm run tables' makes them anew`);
      return 1;
    }
    console.log(`${tables} tables are as the recorded runs give them`);
  }
  const folders: Record<string, string> = {};
  for (const need of reproduction.needs) {
    const option = need.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    const variable = `RETORT_${option.replaceAll('-', '_').toUpperCase()}`;
    const folder = (given as Record<string, unknown>)[option] ?? process.env[variable];
    if (typeof folder !== 'string' || folder === '') return use(`${name} needs a path: --${option} PATH, or ${variable}`);
    folders[need] = folder;
  }
  const code = await runRecipe(reproduction, { folders, engine: given, set: [...set, ...(check ? [`check=${reproduction.check}`] : [])] });
  if (code !== 0 || check) return code;
  const { stale } = await renewTables('.', { check: false });
  if (stale.length > 0) console.log(`tables made anew in ${stale.join(', ')}`);
  return 0;
}

/** What the file of a reproduction says at its top. */
async function headerOf(name: string): Promise<string> {
  const [header = ''] = /^\/\*\*[^]*?\*\//.exec(await readFile(join('scripts', 'repro', `${name}.ts`), 'utf8')) ?? [];
  return header.split('\n').slice(1, -1).filter((line) => !line.includes('<!--')).map((line) => line.replace(/^ \* ?/, '')).join('\n');
}

interface Call {
  readonly folders: Readonly<Record<string, string>>;
  readonly engine: { readonly engine: string; readonly precision: string; readonly threads?: string | undefined };
  readonly set: readonly string[];
}

/** In a process of its own, as a person would. @returns its exit code. */
function runRecipe({ recipe, record, settings }: Reproduction, { folders, engine: { engine, precision, threads }, set }: Call): Promise<number> {
  const written = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value));
  const sets = [...Object.entries({ record, ...settings, ...folders }).map(([path, value]) => `${path}=${written(value)}`), ...set];
  const words = ['run', recipe, ...sets.flatMap((one) => ['--set', one]), '--engine', engine, '--precision', precision, ...(threads === undefined ? [] : ['--threads', threads]), '--out', join('runs', record)];
  const child = spawn(process.execPath, [join('dist', 'cli.js'), ...words], { stdio: 'inherit' });
  const passOn = () => undefined; // Ctrl-C reaches the child by itself, which then writes its checkpoint
  process.on('SIGINT', passOn);
  return new Promise((done, failed) => {
    child.on('error', failed);
    child.on('close', (code) => done(code ?? 1));
  });
}
