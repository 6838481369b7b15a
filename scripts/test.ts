/**
 * `npm test`: runs ava (with the files or options given) and closes with one line that machines and people read alike,
 * 'N passed, N failed'. Fails when a test failed, a file crashed, or nothing ran.
 */
import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const ava = join(dirname(createRequire(import.meta.url).resolve('ava')), 'cli.mjs'); // beside its entry points; its package.json is not exported
const child = spawn(process.execPath, [ava, ...process.argv.slice(2)], { stdio: ['inherit', 'pipe', 'inherit'] });

let tail = '';
child.stdout.setEncoding('utf8');
child.stdout.on('data', (text: string) => {
  process.stdout.write(text);
  tail = (tail + text).slice(-200_000);
});

child.on('close', (code) => {
  // Ava's summary: '12 tests passed', '1 test failed', '1 uncaught exception', '2 tests remained pending after a timeout', …
  const summary = tail.slice(tail.lastIndexOf('\n  ─'));
  const count = (pattern: RegExp) => Number(pattern.exec(summary)?.[1] ?? 0);
  const passed = count(/(\d+) tests? passed/);
  const counted = count(/(\d+) tests? failed/) + count(/(\d+) uncaught exceptions?/) + count(/(\d+) unhandled rejections?/) + count(/(\d+) tests? remained pending/);
  const failed = Math.max(counted, code === 0 && passed > 0 ? 0 : 1);
  process.stdout.write(`\n${passed} passed, ${failed} failed\n`);
  process.exitCode = failed > 0 ? 1 : 0;
});
