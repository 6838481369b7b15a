/**
 * Registers TensorFlow.js's own gradients. The file behind this import is bundler-style ESM that neither Node nor tsx can load,
 * so the build inlines it into `dist/gradients.js`, which the doorway imports as `#gradients`.
 */
import '@tensorflow/tfjs-core/dist/register_all_gradients.js';
