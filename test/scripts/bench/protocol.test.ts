/** A side is a process: what it answers, what it chatters, and what is told when it breaks down. */
import test from 'ava';
import { peakRssMB, ProcessSide, SideFailure } from '../../../scripts/bench/protocol.ts';

const order = { case: 'kd-mini', folder: '', engine: 'wasm', device: 'cpu', precision: 'fp32', threads: 1 } as const;

/** A side in plain JavaScript; `answer` is an expression over `request`. */
function sideOf(answer: string): ProcessSide {
  const script = `
    const lines = require('node:readline').createInterface(process.stdin);
    lines.on('line', (line) => {
      const request = JSON.parse(line);
      const answer = ${answer};
      process.stdout.write('a library greets you\\n{"broken": \\n' + JSON.stringify(answer) + '\\n');
    });`;
  return new ProcessSide('fake', process.execPath, ['-e', script]);
}

test('requests are answered in order, and chatter is passed over', async (t) => {
  const side = sideOf(`request.ask === 'open' ? { parts: [{ name: request.case, itemsPerStep: 2 }] } : request.ask === 'check' ? { values: [1.5, null] }
    : request.ask === 'prepare' ? { tuned: { rows: 16 } } : request.ask === 'run' ? { milliseconds: request.steps * 10 } : { threads: 3 }`);
  t.deepEqual(await side.open(order), { parts: [{ name: 'kd-mini', itemsPerStep: 2 }] });
  t.deepEqual(await side.check(), [1.5, NaN]);
  t.deepEqual(await side.prepare(), { rows: 16 });
  t.is(await side.run('step', 4), 40);
  t.like(await side.facts(), { threads: 3 });
  await side.close();
});

test('a side that is absent says why', async (t) => {
  const side = sideOf(`{ absent: 'no such library here' }`);
  t.deepEqual(await side.open(order), { absent: 'no such library here' });
  await side.close();
});

test('an error is its own, and the side goes on', async (t) => {
  const side = sideOf(`request.ask === 'check' ? { error: 'out of memory' } : {}`);
  const failure = await t.throwsAsync(side.check(), { instanceOf: SideFailure, message: 'out of memory' });
  t.is(failure.side, 'fake');
  await t.notThrowsAsync(side.prepare());
  await side.close();
});

test('a process that dies is told with the end of its standard error, then and later', async (t) => {
  const side = sideOf(`(() => { console.error('the last words'); process.exit(3); })()`);
  await t.throwsAsync(side.check(), { instanceOf: SideFailure, message: /exit code 3\n {2}the last words/ });
  await t.throwsAsync(side.prepare(), { instanceOf: SideFailure, message: /exit code 3/ });
  await side.close();
});

test('a program that is not there is told by its name', async (t) => {
  const side = new ProcessSide('torch', '/nowhere/python3', []);
  await t.throwsAsync(side.open(order), { instanceOf: SideFailure, message: /could not be started: .*\/nowhere\/python3/ });
  await side.close();
});

test('peak memory is that of this process, and does not fall', (t) => {
  const before = peakRssMB();
  t.true(before > 20 && before < 20_000);
  const block = new Uint8Array(64e6).fill(1);
  const after = peakRssMB();
  t.true(block.length > 0 && after >= before);
});
