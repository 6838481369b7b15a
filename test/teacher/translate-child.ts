// The program of a process that is killed: translates 40 sentences into the folder it is given, one after the other, and tells of each.
import { setTimeout as sleep } from 'node:timers/promises';
import { translateCorpus } from '../../src/teacher/translate-corpus.ts';
import { toyPairs, toyTranslator } from './toy-translator.ts';

const [root = ''] = process.argv.slice(2);
const translator = toyTranslator({ before: () => sleep(5) });
process.stdout.write(`folder ${await translateCorpus({ translator, corpus: toyPairs(40), root, shardExamples: 8, batchTokens: 1, onProgress: ({ done }) => process.stdout.write(`done ${done}\n`) })}\n`);
