/**
 * Whom we are measured against. A peer that is not on this machine says so in a sentence when it is opened; nothing is installed and
 * nothing fails for it.
 */
import { join } from 'node:path';
import type { CaseName } from './cases/catalogue.ts';
import { type Order, ProcessSide, type Side } from './protocol.ts';

/** Where the processes of sides come from. */
export interface Surroundings {
  /** This program, to be started again as a side: Node's own options, then the script. */
  readonly self: readonly string[];
  readonly python: string;
  readonly peerScripts: string;
}

interface Peer {
  readonly what: string;
  readonly cases: readonly CaseName[];
  start(surroundings: Surroundings, threads: number): Side;
  /** It rounds more coarsely than our own precision: the bound of bf16 holds. */
  readonly coarse?: true;
  /** What it is told where that differs from our own order. */
  order(order: Order): Order;
}

const steps: readonly CaseName[] = ['kd-mini', 'kd-6x768', 'triple-loss'];
const searches: readonly CaseName[] = ['greedy', 'beam-5'];

const peers = {
  torch: {
    what: 'PyTorch with transformers: SDPA, AdamW(fused=True), autocast for bf16, huge pages asked for',
    cases: [...steps, 'label', ...searches, 'op-overhead'],
    start: (surroundings, threads) => pythonSide('torch', 'torch_side.py', [], surroundings, threads),
    order: (order) => order,
  },
  'torch-compile': {
    what: 'the same steps through torch.compile',
    cases: [...steps, 'label'],
    start: (surroundings, threads) => pythonSide('torch-compile', 'torch_side.py', ['--compile'], surroundings, threads),
    order: (order) => order,
  },
  'tfjs-wasm': {
    what: 'our own embedded engine: TensorFlow.js on WebAssembly, fp32, one thread',
    cases: [...steps, 'label', ...searches, 'op-overhead'],
    start: (surroundings) => ownSide('tfjs-wasm', surroundings),
    order: (order) => ({ ...order, engine: 'wasm', device: 'cpu', precision: 'fp32' }),
  },
  'soft-label': {
    what: 'our own side with soft labels alone: what an objective costs beside them',
    cases: ['objectives'],
    start: (surroundings) => ownSide('soft-label', surroundings),
    order: (order) => ({ ...order, variant: 'soft-label' }),
  },
  ctranslate2: {
    what: 'CTranslate2 on the same weights, fp32',
    cases: searches,
    start: (surroundings, threads) => pythonSide('ctranslate2', 'ctranslate2_side.py', ['--compute-type', 'float32'], surroundings, threads),
    order: (order) => ({ ...order, precision: 'fp32' }),
  },
  'ctranslate2-int8': {
    what: 'CTranslate2 with its weights in eight bits',
    cases: searches,
    coarse: true,
    start: (surroundings, threads) => pythonSide('ctranslate2-int8', 'ctranslate2_side.py', ['--compute-type', 'int8'], surroundings, threads),
    order: (order) => ({ ...order, precision: 'fp32' }),
  },
  onnxruntime: {
    what: 'ONNX Runtime on the file our exporter writes, fp32',
    cases: ['label'],
    start: (surroundings, threads) => pythonSide('onnxruntime', 'onnx_side.py', [], surroundings, threads),
    order: (order) => ({ ...order, precision: 'fp32' }),
  },
} as const satisfies Record<string, Peer>;

export type PeerName = keyof typeof peers;
export const peerNames = Object.keys(peers) as PeerName[];

export function peerNamed(name: PeerName): Peer {
  return peers[name];
}

export function ownSide(name: string, { self }: Surroundings): Side {
  return new ProcessSide(name, process.execPath, [...self, '--side']);
}

function pythonSide(name: string, script: string, args: readonly string[], { python, peerScripts }: Surroundings, threads: number): Side {
  return new ProcessSide(name, python, [join(peerScripts, script), ...args], {
    OMP_NUM_THREADS: String(threads),
    PYTHONDONTWRITEBYTECODE: '1',
    HF_HUB_OFFLINE: '1',
    TOKENIZERS_PARALLELISM: 'false',
    // As our own engine does unasked: memory in pages of two megabytes, of PyTorch's large tensors and of everything else.
    THP_MEM_ALLOC_ENABLE: process.env.THP_MEM_ALLOC_ENABLE ?? '1',
    GLIBC_TUNABLES: process.env.GLIBC_TUNABLES ?? 'glibc.malloc.hugetlb=1',
  });
}
