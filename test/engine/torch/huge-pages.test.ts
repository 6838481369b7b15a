// Tensors lie in memory for which the system was asked for pages of two megabytes; whether it grants them is its own affair.
import { existsSync, readFileSync } from 'node:fs';
import { useEngine } from '../../../src/engine/engine.ts';
import * as tf from '../../../src/engine/tf.ts';
import { torchTest } from './built.ts';

/** Bytes of this process's memory that are asked for in huge pages ('hg' among the kernel's flags), and how many of them are in use. */
function advised(): { size: number; used: number } {
  const mappings = readFileSync('/proc/self/smaps', 'utf8').split(/^(?=[0-9a-f]+-[0-9a-f]+ )/m).filter((mapping) => /^VmFlags:.* hg\b/m.test(mapping));
  const sum = (field: string) => mappings.reduce((bytes, mapping) => bytes + 1024 * Number(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(mapping)?.[1] ?? 0), 0);
  return { size: sum('Size'), used: sum('Rss') };
}

const asksLinux = existsSync('/sys/kernel/mm/transparent_hugepage/enabled') && existsSync('/proc/self/smaps');

torchTest('large and small tensors lie where huge pages were asked for', async (t) => {
  if (!asksLinux) {
    t.pass('this system has no huge pages to ask for');
    return;
  }
  await useEngine('torch');
  const megabyte = 1 << 20;
  const before = advised();
  const large = tf.ones([16, megabyte]); // a mapping of its own
  await large.data();
  const after = advised();
  t.true(after.used - before.used >= 60 * megabyte, `${after.used - before.used} bytes of 64 MB`);
  const small = Array.from({ length: 160 }, () => tf.ones([megabyte / 4])); // the heap has to grow for them
  await small.at(-1)?.data();
  const grown = advised();
  t.true(grown.used - after.used >= 100 * megabyte, `${grown.used - after.used} bytes of 160 MB`);
  tf.dispose([large, ...small]);
});
