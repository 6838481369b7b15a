/** The whole bench with tiny models: a row against ourselves, peers that are not here, and a peer that computes something else. */
import { spawn } from 'node:child_process';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import test, { type ExecutionContext } from 'ava';
import type { BenchRow } from '../../../scripts/bench/row.ts';

const bench = fileURLToPath(new URL('../../../scripts/bench.ts', import.meta.url));

async function runBench(t: ExecutionContext, args: readonly string[]): Promise<{ code: number | null; text: string; rows: BenchRow[]; folder: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'retort-bench-test-'));
  t.teardown(() => rm(folder, { recursive: true }));
  const json = join(folder, 'rows.json');
  const child = spawn(process.execPath, ['--import=tsx', bench, '--small', '--engine', 'wasm', '--pairs', '2', '--json', json, ...args]);
  let text = '';
  child.stdout.on('data', (data: Buffer) => (text += String(data)));
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  const rows = await readFile(json, 'utf8').then((content) => JSON.parse(content) as BenchRow[], () => []);
  return { code, text, rows, folder };
}

for (const name of ['kd-mini', 'triple-loss', 'label', 'beam-5'] as const) {
  test.serial(`${name} against our own engine; a Python that is not here is one sentence`, async (t) => {
    const { code, text, rows } = await runBench(t, ['--case', name, '--peer', 'torch,tfjs-wasm', '--python', '/nowhere/python3']);
    t.is(code, 0, text);
    t.is(rows.length, 1);
    const [row] = rows;
    t.like(row, { case: name, precision: 'fp32', engine: 'wasm', device: 'cpu', threads: 1, peer: 'tfjs-wasm' });
    for (const figure of [row?.minMs, row?.medianMs, row?.perSecond, row?.peakRssMB, row?.peerMinMs, row?.peerMedianMs, row?.peerPeakRssMB, row?.ratio]) t.true(typeof figure === 'number' && figure > 0);
    t.like(row?.settings, { small: true, pairs: 2, agreement: { bound: 1e-4 } });
    const { agreement, ours } = row?.settings as { agreement: { largestDifference: number }; ours: { rows?: number; rowsTriedMs?: object } };
    t.true(agreement.largestDifference <= 1e-6); // rows of other widths may round otherwise
    if (name === 'label') t.true(Object.keys(ours.rowsTriedMs ?? {}).includes(String(ours.rows)));
    t.regex(text, new RegExp(`^${name} fp32 without torch: .*/nowhere/python3`, 'm'));
  });
}

test.serial('op-overhead alone has a row for each operation', async (t) => {
  const { code, rows } = await runBench(t, ['--case', 'op-overhead', '--peer', 'none']);
  t.is(code, 0);
  t.deepEqual(rows.map(({ settings }) => settings.part), ['add', 'matMul', 'reshape', 'linear+gelu, forward', 'linear+gelu, forward+backward']);
  for (const { peer, ratio, medianMs } of rows) t.true(peer === null && ratio === null && (medianMs ?? 0) > 0);
});

test.serial('objectives: a row for each that is asked for, against soft labels alone, with what its states take', async (t) => {
  const { code, text, rows } = await runBench(t, ['--case', 'objectives', '--variant', 'pkd,crd,minilm', '--pairs', '1', '--peer', 'soft-label']);
  t.is(code, 0, text);
  t.deepEqual(rows.map(({ settings }) => settings.part), ['pkd', 'minilm', 'crd']);
  for (const { peer, ratio, settings } of rows) {
    t.true(peer === 'soft-label' && (ratio ?? 0) > 0);
    t.false('agreement' in settings);
    const { ours, peer: alone } = settings as Record<'ours' | 'peer', { statesMB: number; updatedParameters: number }>;
    t.is(alone.statesMB, 0);
    t.true(ours.statesMB > 0);
    t.true(ours.updatedParameters >= alone.updatedParameters);
  }
  t.regex(text, /^objectives: pkd /m);
});

test.serial('a peer whose losses are others makes an error of the row and of the run', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'retort-bench-test-'));
  t.teardown(() => rm(folder, { recursive: true }));
  const python = join(folder, 'python3');
  const answers = `request.ask === 'open' ? { parts: [] } : request.ask === 'check' ? { values: [1, 2, 3] } : {}`;
  await writeFile(python, `#!${process.execPath}\nrequire('node:readline').createInterface(process.stdin).on('line', (line) => { const request = JSON.parse(line); console.log(JSON.stringify(${answers})); });\n`);
  await chmod(python, 0o755);
  const { code, text, rows } = await runBench(t, ['--case', 'kd-mini', '--peer', 'torch', '--python', python]);
  t.is(code, 1);
  t.like(rows[0], { peer: 'torch', medianMs: null, ratio: null });
  t.regex(rows[0]?.error ?? '', /do not compute the same: the first 3 losses at dropout 0/);
  t.regex(text, /kd-mini fp32 against torch: the two sides do not compute the same/);
});

test.serial('an engine that cannot do what is asked is an error of the row', async (t) => {
  const { code, rows } = await runBench(t, ['--case', 'kd-mini', '--precision', 'bf16', '--peer', 'none']);
  t.is(code, 1);
  t.regex(rows[0]?.error ?? '', /wasm engine computes in fp32/);
});

test.serial('wrong use is exit code 2', async (t) => {
  const { code, rows } = await runBench(t, ['--case', 'kd-maxi']);
  t.is(code, 2);
  t.deepEqual(rows, []);
});
