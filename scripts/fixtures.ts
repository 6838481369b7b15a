/**
 * Runs every fixture of a folder laid out like test/fixtures, through the same code as `npm test`:
 *
 *     npm run fixtures -- FOLDER [--engine NAME] [--device cpu|cuda:N] [--precision fp32|bf16]
 *
 * One line each: ok, FAILED (with its first failures) or skipped (with the reason). Errors are given as a share of what is allowed.
 * Exit code: 0 none failed, 1 one did, 2 wrong use.
 */
import { stat } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { type EngineName, useEngine } from '../src/engine/engine.ts';
import { type EngineOptions, precisions } from '../src/engine/options.ts';
import { findFixtures, type Outcome, runFixture } from '../test/fixture-runners/folder.ts';

const failuresShown = 5;

const { folder, problem, options } = readArguments();
const isFolder = folder !== undefined && (await stat(folder).then((found) => found.isDirectory(), () => false));
const fixtures = isFolder && problem === '' ? findFixtures(folder) : [];
if (fixtures.length === 0) {
  const fault = problem !== '' ? `${problem} ` : folder === undefined ? '' : isFolder ? `${folder} holds no fixtures. ` : `${folder} is no folder. `;
  console.error(`${fault}Usage: npm run fixtures -- FOLDER [--engine NAME] [--device cpu|cuda:N] [--precision fp32|bf16], where FOLDER holds objectives/*.json, metrics/*.json or models/*/`);
  process.exitCode = 2;
} else {
  const { engine, device, precision } = await useEngine((options.engine ?? 'wasm') as EngineName, options as EngineOptions);
  console.log(`${fixtures.length} fixtures on the ${engine} engine (${device}, ${precision})`);
  const counts = { ok: 0, FAILED: 0, skipped: 0 };
  const width = Math.max(...fixtures.map(({ name }) => name.length));
  for (const fixture of fixtures) {
    const outcome = await runFixture(fixture);
    counts[outcome.state]++;
    console.log([`${outcome.state.padEnd(7)}  ${outcome.name.padEnd(width)}  ${summary(outcome)}`, ...firstFailures(outcome)].join('\n    '));
  }
  console.log(`${counts.ok} passed, ${counts.FAILED} failed, ${counts.skipped} skipped`);
  process.exitCode = counts.FAILED > 0 ? 1 : 0;
}

function readArguments(): { folder?: string | undefined; problem: string; options: { engine?: string; device?: string; precision?: string } } {
  const text = { type: 'string' } as const;
  try {
    const { positionals, values } = parseArgs({ allowPositionals: true, options: { engine: text, device: text, precision: text } });
    const { precision } = values;
    const known = precision === undefined || (precisions as readonly string[]).includes(precision);
    return { folder: positionals[0], problem: positionals.length > 1 ? 'One folder at a time.' : known ? '' : `There is no precision ${precision}.`, options: values };
  } catch (error) {
    return { problem: `${(error as Error).message.split('. ')[0] ?? ''}.`, options: {} };
  }
}

function summary(outcome: Outcome): string {
  if (outcome.state === 'skipped') return `(${outcome.reason})`;
  const { cases, largestError, worst } = outcome.result;
  const where = worst === undefined ? '' : ` (${worst})`;
  const listed = outcome.listed ? '; it is on the list of those that may be skipped: take it off' : '';
  return `${cases} ${cases === 1 ? 'case' : 'cases'}, largest error ${Number(largestError.toPrecision(2))} of its bound${where}${listed}`;
}

function firstFailures(outcome: Outcome): string[] {
  if (outcome.state === 'skipped') return [];
  const { failures } = outcome.result;
  const more = failures.length > failuresShown ? [`and ${failures.length - failuresShown} more`] : [];
  return [...failures.slice(0, failuresShown), ...more];
}
