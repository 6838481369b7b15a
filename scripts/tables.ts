/**
 * `npm run tables`: makes the tables of README.md, docs/ and the headers of scripts/repro/ anew from the runs recorded in recipes/results.
 * Nothing is run. Exit code: 0 made, 1 a file cannot be read or (`--check`) a table is not what the runs give, 2 wrong use.
 *
 *     npm run tables -- --check          changes nothing; names the files whose tables are not those of the runs
 *     npm run tables -- --root FOLDER    of another clone
 */
import { parseArgs } from 'node:util';
import { renewTables } from './tables/renew.ts';

process.exitCode = await main(process.argv.slice(2));

async function main(words: string[]): Promise<number> {
  let values: { check?: boolean | undefined; root?: string | undefined };
  try {
    ({ values } = parseArgs({ args: words, options: { check: { type: 'boolean' }, root: { type: 'string' } } }));
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    return 2;
  }
  const { check = false, root = '.' } = values;
  try {
    const { tables, stale } = await renewTables(root, { check });
    if (check && stale.length > 0) {
      console.error(`${stale.join(', ')}: the tables are not what the recorded runs give; 'npm run tables' makes them anew`);
      return 1;
    }
    console.log(`${tables} tables: ${stale.length === 0 ? 'all as the recorded runs give them' : `made anew in ${stale.join(', ')}`}`);
    return 0;
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    return 1;
  }
}
