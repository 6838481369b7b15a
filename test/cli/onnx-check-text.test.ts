import test from 'ava';
import { onnxCheckText } from '../../src/cli/onnx-check-text.ts';

test('classes: difference of logits and agreement; scores: their difference; what was too long is counted', (t) => {
  t.is(onnxCheckText({ examples: 1500, largestDifference: 0.00123, agreement: 0.9987 }, 'test examples'), '1,500 test examples, largest difference of logits 1.2e-3, same answer on 99.9 %');
  t.is(onnxCheckText({ examples: 2, largestDifference: 0, tooLong: 1200 }, 'dev examples'), '2 dev examples (1,200 too long to compare), largest difference of scores 0.0e+0');
  t.is(onnxCheckText({ examples: 48, agreement: 47 / 48 }, 'test examples'), '48 test examples, 97.9 % translated alike (greedy search)');
});
