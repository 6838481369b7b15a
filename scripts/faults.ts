/**
 * `npm run test:faults`: the walks that kill processes and fill disks, at length: 200 kills in place of 20. RETORT_KILLS says otherwise.
 */
process.env.RETORT_KILLS ??= '200';
process.argv.push('test/walks/kill-resume.test.ts', 'test/walks/full-disk.test.ts', 'test/walks/teacher-faults.test.ts', '--timeout=2h', '--verbose');
await import('./test.ts');
