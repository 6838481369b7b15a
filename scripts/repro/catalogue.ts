/** Every reproduction by its name: `npm run repro:NAME`, whose line stands in package.json. */
import bilstm from './bilstm.ts';
import cola from './cola.ts';
import distilbertPretrain from './distilbert-pretrain.ts';
import distilbertSst2 from './distilbert-sst2.ts';
import lowLabel from './low-label.ts';
import minilm from './minilm.ts';
import mrpc from './mrpc.ts';
import pkd from './pkd.ts';
import type { Reproduction } from './reproduction.ts';
import seqkd from './seqkd.ts';
import stsB from './sts-b.ts';
import tinybert from './tinybert.ts';
import wnli from './wnli.ts';

export const reproductions: Readonly<Record<string, Reproduction>> = {
  bilstm, cola, 'distilbert-pretrain': distilbertPretrain, 'distilbert-sst2': distilbertSst2, 'low-label': lowLabel, minilm, mrpc, pkd, seqkd, 'sts-b': stsB, tinybert, wnli,
};
