import test from 'ava';
import type { EncodedTargets } from '../../src/text/encoded-targets.ts';
import { paddedWidth, targetBatch } from '../../src/text/target-batch.ts';

const targets: EncodedTargets = { ids: Int32Array.of(5, 6, 1, 1, 7, 1), offsets: Uint32Array.of(0, 3, 4, 6), maxTokens: 4, truncated: 0, tokenizer: 't' };

test('the decoder is fed the start token and what it is to say but for the last token', (t) => {
  t.deepEqual(targetBatch(targets, Uint32Array.of(2, 0), { startId: 9, padId: 8, padTo: 8 }), {
    target: { width: 4, inputIds: Int32Array.of(9, 7, 8, 8, 9, 5, 6, 8), mask: Float32Array.of(1, 1, 0, 0, 1, 1, 1, 0) },
    labels: { kind: 'translation', tokens: Int32Array.of(7, 1, -1, -1, 5, 6, 1, -1) },
  });
  t.deepEqual(targetBatch(targets, Uint32Array.of(1), { startId: 9, padId: 8, padTo: 1 }), {
    target: { width: 1, inputIds: Int32Array.of(9), mask: Float32Array.of(1) },
    labels: { kind: 'translation', tokens: Int32Array.of(1) },
  });
});

test('widths are multiples, but never above what the model has positions for', (t) => {
  t.deepEqual([paddedWidth(0, 8, 9), paddedWidth(1, 8, 9), paddedWidth(8, 8, 9), paddedWidth(9, 8, 9)], [0, 8, 8, 9]);
});
