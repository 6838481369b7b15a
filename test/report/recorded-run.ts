/** A recorded run that was never made, for tests of what is done with such. */
import type { Evidence } from '../../src/report/evidence-file.ts';
import { packBits } from '../../src/storage/bit-text.ts';

const hash = (letter: string) => letter.repeat(64);

export interface RecordedRun {
  readonly student?: string;
  readonly arm?: string;
  readonly seed?: number;
  /** Which of the test's examples are right. */
  readonly right?: readonly boolean[];
  readonly groupStarts?: readonly boolean[];
}

export function recordedRun({ student = 'cut', arm = 'fine-tuning', seed = 1, right = [true, false, true, true], groupStarts }: RecordedRun = {}): Evidence {
  const accuracy = right.filter(Boolean).length / right.length;
  const teacher = student === 'teacher';
  return {
    format: 'retort-evidence-1', recipe: 'trial', student, arm, seed, identity: hash('a'),
    startsAs: 'a cut', objective: arm, rows: 100, labelledRows: 60, maxTokens: 48, steps: 200, rowsPerStep: 32, learningRate: 5e-5,
    hashes: { corpus: hash('b'), tokenizer: hash('c'), teacher: teacher ? null : hash('d'), model: hash(teacher ? 'd' : 'e') },
    engine: { engine: 'wasm', device: 'cpu', precision: 'fp32', threads: 1 }, versions: { retort: '0.1.0' }, machine: { processor: 'a processor', cores: 2 },
    parameters: 12_345, bytes: 49_380, latencyMs: 1.25, minutes: 2, losses: [0.7, 0.65],
    tests: [{
      name: 'dev', sha256: hash('f'), examples: right.length, metric: 'accuracy', scores: { accuracy }, chance: 0.5,
      ...(!teacher && { fidelity: { agreement: 0.75, klNats: 0.1 } }),
      right: packBits(right), ...(groupStarts && { groupStarts: packBits(groupStarts) }),
    }],
  };
}
