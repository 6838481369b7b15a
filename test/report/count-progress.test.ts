import test from 'ava';
import { openCountProgress } from '../../src/report/count-progress.ts';
import { formatBytes } from '../../src/report/units.ts';
import { openScreen, shownOn } from './screen.ts';

test('a count with a known end shows how far, the rate and the time left', (t) => {
  const stream = openScreen({ isTTY: true, columns: 100 });
  let clock = 0;
  const count = openCountProgress({ label: 'labelling', unit: 'examples', total: 4000, from: 1000 }, { stream, now: () => clock, colour: false });
  clock = 10_000;
  count.reach(2000);
  t.deepEqual(shownOn(stream), ['labelling  50 %  2,000 of 4,000 examples  100 examples/s  20.0 s left']);
  clock = 30_000;
  count.reach(4000);
  count.end();
  t.deepEqual(shownOn(stream), ['labelling  4,000 examples in 30.0 s', '']);
});

test('a count without one shows no time left, in the format asked for', (t) => {
  const stream = openScreen({ isTTY: false });
  let clock = 0;
  const count = openCountProgress({ label: 'fetching', unit: 'fetched', format: formatBytes }, { stream, now: () => clock });
  clock = 1000;
  count.reach(2_500_000);
  count.close();
  t.deepEqual(stream.written, ['fetching  2.50 MB fetched  2.50 MB fetched/s\n']);
});

test('a pace is told once there is time enough to have one', (t) => {
  const stream = openScreen({ isTTY: true, columns: 100 });
  let clock = 0;
  const count = openCountProgress({ label: 'tokens', unit: 'examples', total: 4000 }, { stream, now: () => clock, colour: false });
  clock = 0.2;
  count.reach(500);
  t.deepEqual(shownOn(stream), ['tokens  12 %  500 of 4,000 examples']);
});
