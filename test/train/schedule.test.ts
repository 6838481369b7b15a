import test from 'ava';
import fc from 'fast-check';
import { learningRateAt, type Schedule, type ScheduleShape } from '../../src/train/schedule.ts';

const schedule = (shape: ScheduleShape, change: Partial<Schedule> = {}): Schedule => ({ shape, learningRate: 0.8, warmupSteps: 4, totalSteps: 12, ...change });
const rates = (of: Schedule) => Array.from({ length: of.totalSteps }, (_, i) => learningRateAt(i + 1, of));
const near = (a: readonly number[], b: readonly number[]) => a.length === b.length && a.every((value, i) => Math.abs(value - (b[i] ?? NaN)) < 1e-12);

test('every shape climbs in a line from 0 and peaks when the warm-up ends', (t) => {
  for (const shape of ['linear', 'cosine', 'constant'] as const) t.true(near(rates(schedule(shape)).slice(0, 5), [0, 0.2, 0.4, 0.6, 0.8]), shape);
});

test('then linear, half a cosine, or constant', (t) => {
  t.true(near(rates(schedule('linear')).slice(4), [0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1]));
  t.true(near(rates(schedule('cosine')).slice(4), Array.from({ length: 8 }, (_, i) => 0.4 * (1 + Math.cos((Math.PI * i) / 8)))));
  t.true(near(rates(schedule('constant')).slice(4), Array<number>(8).fill(0.8)));
});

test('without a warm-up the first step has the full rate', (t) => {
  for (const shape of ['linear', 'cosine', 'constant'] as const) t.is(learningRateAt(1, schedule(shape, { warmupSteps: 0 })), 0.8);
});

test('after the last step the falling ones are at 0 and stay there', (t) => {
  for (const step of [13, 14, 100]) {
    t.is(learningRateAt(step, schedule('linear')), 0);
    t.true(Math.abs(learningRateAt(step, schedule('cosine'))) < 1e-15);
    t.is(learningRateAt(step, schedule('constant')), 0.8);
  }
});

test('no rate is below 0, above the highest, or not a number, whatever the lengths', (t) => {
  const any = fc.record({ shape: fc.constantFrom<ScheduleShape>('linear', 'cosine', 'constant'), warmupSteps: fc.nat(40), totalSteps: fc.integer({ min: 1, max: 40 }) });
  t.notThrows(() => fc.assert(fc.property(any, fc.integer({ min: 1, max: 90 }), (change, step) => {
    const rate = learningRateAt(step, { learningRate: 0.8, ...change });
    return rate >= 0 && rate <= 0.8;
  })));
});
