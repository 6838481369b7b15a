/**
 * `npm run bench`: times training steps, labelling and single operations against PyTorch and others, interleaved, and prints a table
 * (`--json FILE` for machines). Exit code: 0 measured, 1 a row is an error, 2 wrong use. One entry, so that it can be bundled into a
 * single file; the Python peers are then given by `--peer-scripts`.
 */
import { dirname, join, resolve } from 'node:path';
import { writeJson } from '../src/storage/json.ts';
import { type BenchOptions, parseOptions, usage, UsageError } from './bench/options.ts';
import { OwnSide } from './bench/own-side.ts';
import { serve } from './bench/protocol.ts';
import { runBench } from './bench/run.ts';
import { benchTable } from './bench/table.ts';

const script = resolve(process.argv[1] ?? '');
const args = process.argv.slice(2);

if (args.includes('--side')) await serve(new OwnSide());
else if (args.includes('--help') || args.includes('-h')) console.log(usage());
else process.exitCode = await bench();

async function bench(): Promise<number> {
  let options: BenchOptions;
  try {
    options = parseOptions(args);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    console.error(`${error.message}\nnpm run bench -- --help lists what it takes.`);
    return 2;
  }
  const { json, python = 'python3', peerScripts = join(dirname(script), 'bench', 'peers') } = options;
  const notes: string[] = [];
  const rows = await runBench(options, { self: [...process.execArgv, script], python, peerScripts }, {
    progress: (line) => console.error(line),
    note: (sentence) => void notes.push(sentence),
    rows: async (soFar) => (json === undefined ? undefined : writeJson(resolve(json), soFar)),
  });
  const text = [...(rows.length > 0 ? [benchTable(rows)] : []), ...notes];
  console.log(text.join('\n'));
  return rows.length === 0 || rows.some(({ error }) => error !== undefined) ? 1 : 0;
}
