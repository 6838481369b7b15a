import test from 'ava';
import fc from 'fast-check';
import { IdRegister } from '../../src/text/id-register.ts';

test('it answers as a set does', (t) => {
  const asSet = fc.property(fc.array(fc.string({ unit: 'binary', maxLength: 3 })), (ids) => {
    const [register, set] = [new IdRegister(), new Set<string>()];
    return ids.every((id) => {
      const known = set.has(id);
      set.add(id);
      return register.has(id) === known && register.add(id) === known && register.has(id);
    });
  });
  t.notThrows(() => fc.assert(asSet, { numRuns: 300 }));
});

test('half characters are different ids', (t) => {
  const register = new IdRegister();
  t.deepEqual(['\ud800', '\ud801', '\ufffd', '\ud800'].map((id) => register.add(id)), [false, false, false, true]);
});

test('200,000 ids take few megabytes', (t) => {
  const before = process.memoryUsage().arrayBuffers;
  const register = new IdRegister();
  for (let i = 0; i < 200_000; i++) if (register.add(`train-${i}`)) t.fail(`train-${i} was not there before`);
  for (let i = 0; i < 200_000; i += 97) t.true(register.has(`train-${i}`));
  t.false(register.has('train-200000'));
  t.true(process.memoryUsage().arrayBuffers - before < 16_000_000); // the tables it outgrew may not be collected yet
});
