import { defineConfig } from 'tsup';

// Three entries share their chunks (splitting), so that cli, index and the recipes it loads see one instance of the engine.
// tfjs-core's gradients exist only as bundler-style ESM: `gradients` inlines just them (tf.ts reaches it as `#gradients`).
export default defineConfig({
  entry: { index: 'src/index.ts', cli: 'src/cli/main.ts', gradients: 'src/engine/gradients.ts' },
  format: ['esm'],
  platform: 'node',
  target: 'node20',
  dts: process.argv.includes('--no-dts') ? false : { entry: { index: 'src/index.ts' } },
  splitting: true,
  sourcemap: true,
  clean: true,
  external: ['#gradients'],
  noExternal: [/^@tensorflow\/tfjs-core\/dist\/register_all_gradients/],
  esbuildOptions: (options) => {
    options.mainFields = ['module', 'main'];
  },
});
