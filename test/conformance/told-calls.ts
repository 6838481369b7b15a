/** The kernels with the most calls, and how many there are in all. */
export function toldCalls(calls: Readonly<Record<string, number>>): string {
  const byCount = Object.entries(calls).sort(([, left], [, right]) => right - left);
  const sum = byCount.reduce((total, [, count]) => total + count, 0);
  return `${sum} of ${byCount.length} kernels (${byCount.slice(0, 5).map(([name, count]) => `${name} ${count}`).join(', ')}, …)`;
}
