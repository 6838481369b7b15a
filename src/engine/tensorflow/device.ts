/**
 * Device, threads and memory growth, which TensorFlow takes from variables of the environment when it starts and from nowhere else: what
 * they must say, and whether it then did as it was told. Without a GPU it falls back to the CPU in silence.
 */

/** Variables of the environment that may be looked at and set; of a process, `process.env`. */
export type Variables = Record<string, string | undefined>;

export interface Wish {
  /** `cpu` or `cuda:N`. */
  readonly device: string;
  readonly threads: number;
}

/**
 * Loads TensorFlow with the variables set that it reads, and puts back what stood there: other libraries and programs started from here
 * read them too. Where the user has left only some GPUs visible, `cuda:1` is the second of these.
 * @throws if the user's own choice of GPUs has no such one.
 */
export function tellingTensorFlow<T>(variables: Variables, { device, threads }: Wish, load: () => T): T {
  const told: Readonly<Record<string, string>> = {
    CUDA_VISIBLE_DEVICES: visibleDevices(variables.CUDA_VISIBLE_DEVICES, device),
    TF_FORCE_GPU_ALLOW_GROWTH: variables.TF_FORCE_GPU_ALLOW_GROWTH ?? 'true', // else it takes the whole of a GPU's memory at once
    TF_CPP_MIN_LOG_LEVEL: variables.TF_CPP_MIN_LOG_LEVEL ?? '2', // errors only
    TF_NUM_INTRAOP_THREADS: String(threads),
  };
  const before = Object.keys(told).map((name) => [name, variables[name]] as const);
  Object.assign(variables, told);
  try {
    return load();
  } finally {
    for (const [name, value] of before) {
      if (value === undefined) Reflect.deleteProperty(variables, name);
      else variables[name] = value;
    }
  }
}

/** The one GPU that TensorFlow is to see, by the name it has among those the user left visible; -1 for none. */
function visibleDevices(already: string | undefined, device: string): string {
  const index = gpuIndex(device);
  if (index === undefined) return '-1';
  if (already === undefined) return String(index);
  const names = already.split(',').map((name) => name.trim()).filter((name) => name !== '' && name !== '-1');
  const name = names[index];
  if (name === undefined) throw new Error(`CUDA_VISIBLE_DEVICES=${already} leaves ${names.length} GPUs visible, so there is no ${device}: name another device, or unset it`);
  return name;
}

/** @throws if it is neither the CPU nor a GPU. */
export function knownDevice(device: string): void {
  if (device !== 'cpu' && gpuIndex(device) === undefined) throw new Error(`the tensorflow engine knows the devices cpu and cuda:N, not ${device}`);
}

function gpuIndex(device: string): number | undefined {
  const [, index] = /^cuda:(\d+)$/.exec(device) ?? [];
  return index === undefined ? undefined : Number(index);
}

/** @throws in one sentence if TensorFlow does not run where it was meant to. */
export function requireDevice(device: string, { onGpu, cuda, told }: { onGpu: boolean; cuda: boolean; told: boolean }): void {
  const wanted = gpuIndex(device) !== undefined;
  if (!told && (wanted || onGpu)) {
    throw new Error(`TensorFlow takes its device from the environment, which a library does not touch unasked: useEngine('tensorflow', { device: '${device}', environment: process.env })`);
  }
  if (wanted && !cuda) throw new Error(`the tensorflow engine was built against a TensorFlow for the CPU, so there is no ${device}: pip install 'tensorflow[and-cuda]==2.21.0', then retort build-tensorflow --gpu`);
  if (wanted && !onGpu) {
    throw new Error(`TensorFlow found no GPU it can use for ${device} and fell back to the CPU: it needs NVIDIA's driver and the CUDA libraries that pip install 'tensorflow[and-cuda]==2.21.0' brings (TF_CPP_MIN_LOG_LEVEL=0 shows what it missed), or use --device cpu`);
  }
  if (!wanted && onGpu) throw new Error('TensorFlow runs on a GPU though the CPU was asked for: it was loaded before this engine was chosen');
}
