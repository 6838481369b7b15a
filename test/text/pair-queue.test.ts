import test from 'ava';
import fc from 'fast-check';
import { PairQueue } from '../../src/text/pair-queue.ts';

test('the most frequent pair comes first, then the one with the smallest symbols', (t) => {
  const queue = new PairQueue();
  queue.add(3, 1, 5, 0);
  queue.add(2, 9, 5, 1);
  queue.add(2, 8, 5, 2);
  queue.add(7, 7, 6, 3);
  const order: number[][] = [];
  for (let best = queue.takeBest(); best !== undefined; best = queue.takeBest()) {
    order.push([best.left, best.right, best.count, ...best.words]);
    queue.add(best.left, best.right, -best.count, best.words[0] ?? 0);
  }
  t.deepEqual(order, [[7, 7, 6, 3], [2, 8, 5, 2], [2, 9, 5, 1], [3, 1, 5, 0]]);
});

test('after any additions and removals it agrees with a plain search', (t) => {
  const step = fc.record({ left: fc.nat(3), right: fc.nat(3), amount: fc.integer({ min: -4, max: 5 }), takes: fc.boolean() });
  const agrees = fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
    const queue = new PairQueue();
    const counts = new Map<string, number>();
    for (const { left, right, amount, takes } of steps) {
      const key = `${left} ${right}`;
      const change = Math.max(amount, -(counts.get(key) ?? 0));
      queue.add(left, right, change, 0);
      counts.set(key, (counts.get(key) ?? 0) + change);
      if (!takes) continue;
      const [expected] = [...counts].filter(([, count]) => count > 0).sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
      const best = queue.takeBest();
      if ((best && `${best.left} ${best.right} ${best.count}`) !== (expected && `${expected[0]} ${expected[1]}`)) return false;
      if (best === undefined) continue;
      queue.add(best.left, best.right, -best.count, 0);
      counts.delete(`${best.left} ${best.right}`);
    }
    return true;
  });
  t.notThrows(() => fc.assert(agrees, { numRuns: 300 }));
});
