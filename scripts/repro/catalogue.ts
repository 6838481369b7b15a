/** Every reproduction by its name: `npm run repro:NAME`, whose line stands in package.json. */
import bilstm from './bilstm.ts';
import distilbertPretrain from './distilbert-pretrain.ts';
import distilbertSst2 from './distilbert-sst2.ts';
import lowLabel from './low-label.ts';
import minilm from './minilm.ts';
import pkd from './pkd.ts';
import type { Reproduction } from './reproduction.ts';
import seqkd from './seqkd.ts';
import tinybert from './tinybert.ts';

export const reproductions: Readonly<Record<string, Reproduction>> = { bilstm, 'distilbert-pretrain': distilbertPretrain, 'distilbert-sst2': distilbertSst2, 'low-label': lowLabel, minilm, pkd, seqkd, tinybert };
