// One process per file: the engine keeps global state, and a worker thread cannot load TypeScript through tsx here.
export default {
  files: ['test/**/*.test.ts'],
  extensions: { ts: 'module' },
  nodeArguments: ['--import=tsx'],
  workerThreads: false,
  concurrency: 2,
  timeout: '10m',
};
