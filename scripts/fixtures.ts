/**
 * Runs every fixture of a folder laid out like test/fixtures, through the same code as `npm test`:
 *
 *     npm run fixtures -- FOLDER
 *
 * One line each: ok, FAILED (with its first failures) or skipped (with the reason). Errors are given as a share of what is allowed.
 * Exit code: 0 none failed, 1 one did, 2 wrong use.
 */
import { stat } from 'node:fs/promises';
import { useEngine } from '../src/engine/engine.ts';
import { findFixtures, type Outcome, runFixture } from '../test/fixture-runners/folder.ts';

const failuresShown = 5;

const [folder, ...rest] = process.argv.slice(2);
const isFolder = folder !== undefined && (await stat(folder).then((found) => found.isDirectory(), () => false));
const fixtures = isFolder ? await findFixtures(folder) : [];
if (rest.length > 0 || fixtures.length === 0) {
  const problem = folder === undefined ? '' : rest.length > 0 ? 'one folder at a time. ' : isFolder ? `${folder} holds no fixtures. ` : `${folder} is no folder. `;
  console.error(`${problem}Usage: npm run fixtures -- FOLDER, where FOLDER holds objectives/*.json, metrics/*.json or models/*/`);
  process.exitCode = 2;
} else {
  const { engine } = await useEngine('wasm');
  console.log(`${fixtures.length} fixtures on the ${engine} engine`);
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
