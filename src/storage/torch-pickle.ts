// What a pickle of torch.save says: names, and for each the storage its tensor lies in and how it lies there. The list of functions it may
// call is closed: they rebuild plain tensors. Nothing of Python or PyTorch is run, and no storage is read.
import { PickleCallable, PickleThing, type PickleValue, type PickleWorld } from './pickle-machine.ts';
import { printable, quoted } from './quoted.ts';
import type { Dtype } from './safetensors-header.ts';

/** One stretch of memory that tensors lie in. */
export class TorchStorage extends PickleThing {
  /** Its name in the archive; in an old file, its name in the list of keys. */
  readonly key: string;
  /** Undefined: bytes, whose meaning each tensor says. */
  readonly dtype: Dtype | undefined;
  /** Elements, or bytes where there is no dtype. */
  readonly length: number;

  constructor(key: string, dtype: Dtype | undefined, length: number) {
    super('a storage');
    this.key = key;
    this.dtype = dtype;
    this.length = length;
  }
}

/** Where a tensor lies. */
export interface TensorPlace {
  readonly dtype: Dtype;
  /** Of the first element, in elements. */
  readonly offset: number;
  readonly shape: readonly number[];
  /** Elements from one index to the next, per dimension. */
  readonly strides: readonly number[];
}

export class TorchTensor extends PickleThing {
  readonly storage: TorchStorage;
  readonly place: TensorPlace;

  constructor(storage: TorchStorage, place: TensorPlace) {
    super('a tensor');
    this.storage = storage;
    this.place = place;
  }
}

/** A storage class, or a dtype, as the pickle names it. */
class Kind extends PickleThing {
  readonly what: 'storage' | 'elements';
  readonly dtype: Dtype | undefined;

  constructor(name: string, what: 'storage' | 'elements', dtype: Dtype | undefined) {
    super(name);
    this.what = what;
    this.dtype = dtype;
  }
}

const storageDtypes: Readonly<Record<string, Dtype>> = {
  FloatStorage: 'F32', DoubleStorage: 'F64', HalfStorage: 'F16', BFloat16Storage: 'BF16', LongStorage: 'I64', IntStorage: 'I32',
  ShortStorage: 'I16', CharStorage: 'I8', ByteStorage: 'U8', BoolStorage: 'BOOL', Float8_e4m3fnStorage: 'F8_E4M3', Float8_e5m2Storage: 'F8_E5M2',
};

const dtypes: Readonly<Record<string, Dtype>> = {
  float32: 'F32', float64: 'F64', float16: 'F16', bfloat16: 'BF16', int64: 'I64', int32: 'I32', int16: 'I16', int8: 'I8',
  uint64: 'U64', uint32: 'U32', uint16: 'U16', uint8: 'U8', bool: 'BOOL', float8_e4m3fn: 'F8_E4M3', float8_e5m2: 'F8_E5M2',
};

/** PyTorch allows 64; no layer comes near. */
const maxRank = 16;

/** `OrderedDict()`: its items follow as items of a dict. */
const emptyDict = new PickleCallable('collections.OrderedDict', (values) => {
  if (values.length > 0) throw new Error('an OrderedDict comes with items of its own, as Python 2 wrote them; save the file again with Python 3');
  return new Map<PickleValue, PickleValue>();
});

/** (storage, offset, shape, strides, requires_grad, hooks) */
const rebuildTensor = new PickleCallable('torch._utils._rebuild_tensor_v2', ([storage, offset, shape, strides]) => {
  if (!(storage instanceof TorchStorage) || storage.dtype === undefined) throw new Error('a tensor is rebuilt from something that is no typed storage');
  return tensor(storage, storage.dtype, { offset, shape, strides });
});

/** (storage of bytes, offset, shape, strides, requires_grad, hooks, dtype): dtypes that have no storage class */
const rebuildTensorOfType = new PickleCallable('torch._utils._rebuild_tensor_v3', ([storage, offset, shape, strides, , , type]) => {
  if (!(storage instanceof TorchStorage) || !(type instanceof Kind && type.what === 'elements') || type.dtype === undefined) throw new Error('a tensor is rebuilt from something that is no storage with a dtype');
  return tensor(storage, type.dtype, { offset, shape, strides });
});

/** (tensor, requires_grad, hooks) */
const rebuildParameter = new PickleCallable('torch._utils._rebuild_parameter', ([value]) => {
  if (!(value instanceof TorchTensor)) throw new Error('a parameter is rebuilt from something that is no tensor');
  return value;
});

function tensor(storage: TorchStorage, dtype: Dtype, { offset, shape, strides }: Readonly<Record<'offset' | 'shape' | 'strides', PickleValue | undefined>>): TorchTensor {
  if (!Array.isArray(shape) || !Array.isArray(strides) || shape.length !== strides.length || shape.length > maxRank) throw new Error('a tensor has no sound shape');
  const sizes = (values: readonly PickleValue[], what: string) => values.map((value) => size(value, what));
  return new TorchTensor(storage, { dtype, offset: size(offset, 'the offset of a tensor'), shape: sizes(shape, 'a side of a tensor'), strides: sizes(strides, 'a stride of a tensor') });
}

function size(value: PickleValue | undefined, what: string): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0) throw new Error(`${what} is no whole number from 0`);
  return value;
}

const allowed: ReadonlyMap<string, PickleThing> = new Map<string, PickleThing>([
  ...Object.entries(storageDtypes).map(([name, dtype]) => [`torch.${name}`, new Kind(name, 'storage', dtype)] as const),
  ...Object.entries(dtypes).map(([name, dtype]) => [`torch.${name}`, new Kind(name, 'elements', dtype)] as const),
  ['torch.storage.UntypedStorage', new Kind('UntypedStorage', 'storage', undefined)],
  ...[emptyDict, rebuildTensor, rebuildTensorOfType, rebuildParameter].map((callable) => [callable.name, callable] as const),
  ['torch._utils._rebuild_tensor', rebuildTensor],
]);

/** For `unpickle`: the closed list, and storages by their persistent ids. */
export const torchWorld: PickleWorld = {
  find: (module, name) => {
    const found = allowed.get(`${module}.${name}`);
    if (found !== undefined) return found;
    const wanted = `${module}.${name}`.replaceAll(/[^\x21-\x7e]/g, '?').slice(0, 120);
    throw new Error(`the pickle asks for ${wanted}, which builds no plain tensor: it is refused, and nothing of it was run. If you trust the file, convert it in Python: save its state_dict as safetensors`);
  },
  load: (id) => {
    const [kind, type, key, , length] = Array.isArray(id) ? id : [];
    if (kind !== 'storage' || !(type instanceof Kind && type.what === 'storage') || typeof key !== 'string') throw new Error('the pickle refers to something outside of it that is no storage');
    const view = Array.isArray(id) ? (id[5] ?? null) : null;
    if (view !== null) throw new Error(`storage ${printable(key)} is a view of another, as PyTorch wrote them before 0.4; save the file again with a newer one`);
    return new TorchStorage(key, type.dtype, size(length, `the length of storage ${printable(key)}`));
  },
};

/**
 * The tensors of a checkpoint by name.
 * @throws where the value is no dict, or one of its entries no tensor.
 */
export function namedTensors(value: PickleValue): Map<string, TorchTensor> {
  if (!(value instanceof Map)) throw new Error('it holds no dict of tensors; save model.state_dict() instead of the model');
  const tensors = new Map<string, TorchTensor>();
  for (const [name, entry] of value) {
    if (typeof name !== 'string') throw new Error('a tensor is named by something that is no text');
    if (!(entry instanceof TorchTensor)) {
      const what = entry instanceof Map ? `a dict of its own. Save that one alone: torch.save(checkpoint[${JSON.stringify(name.slice(0, 80))}], ...)` : 'no tensor. Save model.state_dict() alone';
      throw new Error(`${quoted(name)} is ${what}`);
    }
    tensors.set(name, entry);
  }
  return tensors;
}
