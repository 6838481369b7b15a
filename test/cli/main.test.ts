import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import test from 'ava';

const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));

test('output that nobody reads on is no fault: retort list | head', async (t) => {
  const child = spawn(process.execPath, ['--import=tsx', main, 'list'], { stdio: ['ignore', 'pipe', 'pipe'] });
  child.stdout.destroy();
  let said = '';
  child.stderr.on('data', (data: Buffer) => (said += String(data)));
  const [code] = (await once(child, 'close')) as [number];
  t.is(code, 0);
  t.is(said, '');
});
