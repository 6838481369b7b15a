// The program of a process that is killed: translates 40 sentences into the folder it is given, one after the other, tells of each, and
// once so many are done waits for its end.
import { translateCorpus } from '../../src/teacher/translate-corpus.ts';
import { toyPairs, toyTranslator } from './toy-translator.ts';

const [root = '', stage = ''] = process.argv.slice(2);
let stands = 0;
const translator = toyTranslator({ before: () => (stands < Number(stage) ? undefined : new Promise<void>((never) => setTimeout(never, 600_000))) });
process.stdout.write(`folder ${await translateCorpus({ translator, corpus: toyPairs(40), root, shardExamples: 8, batchTokens: 1, onProgress: ({ done }) => process.stdout.write(`done ${(stands = done)}\n`) })}\n`);
