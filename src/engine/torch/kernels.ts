/**
 * The kernels the addon has, by their TensorFlow.js names: which inputs each takes and how its attributes are written into the
 * command. The fused set (Retort…) is in `fused-kernels.ts`.
 */
import * as tf from '../tf.ts';
import type { TorchBackend } from './backend.ts';
import type { Command } from './command.ts';

export type Infos = Readonly<Record<string, tf.TensorInfo | undefined>>;

interface KernelOf<Attributes, Inputs> {
  readonly name: string;
  /** Input names in the order of the operation, of which the last may be absent; 'all' for kernels on a list. */
  readonly inputs: readonly string[] | 'all';
  /** The operation's name in the addon, where it differs. */
  readonly operation?: string;
  /** Writes the attributes. */
  attributes?(command: Command, attributes: Attributes, inputs: Inputs): void;
  /** In place of an operation: tensors that only share. */
  share?(backend: TorchBackend, inputs: Inputs, attributes: Attributes): tf.TensorInfo;
  /** Whether tfjs expects a list. */
  readonly many?: true;
}

/** An entry as the table holds it, which no longer knows its attributes: tfjs hands them over as a bag of anything. */
export type Kernel = KernelOf<object, object>;

/** An entry, typed by the attributes and inputs that tfjs gives a kernel of that name. Attributes may be absent where they have a default. */
export function kernel<Attributes extends object, Inputs extends object = X>(entry: KernelOf<Attributes, Inputs>): Kernel {
  return entry; // its two functions are methods, whose parameters TypeScript lets narrow
}

type X = Readonly<Record<'x', tf.TensorInfo>>;
type List = readonly tf.TensorInfo[];
type Defaulted<Attributes, Names extends keyof Attributes> = Omit<Attributes, Names> & Partial<Pick<Attributes, Names>>;

const axesOf = (axis: number | number[], shape: number[]) => tf.util.parseAxisParam(axis, shape);
const axisOf = (axis: number | number[], shape: number[]) => axesOf(axis, shape)[0] ?? 0;

const binary = (name: string): Kernel => ({ name, inputs: ['a', 'b'] });
const unary = (name: string): Kernel => ({ name, inputs: ['x'] });
const reduction = (name: string) => kernel<tf.SumAttrs>({ name, inputs: ['x'], attributes: (command, { axis, keepDims }, { x }) => command.list(axesOf(axis, x.shape)).flag(keepDims) });
const arg = (name: string) => kernel<tf.ArgMaxAttrs>({ name, inputs: ['x'], attributes: (command, { axis }, { x }) => command.integer(axisOf(axis, x.shape)) });
const like = (name: string, value: number) => kernel<object>({ name, inputs: [], operation: 'Fill', attributes: (command, _, { x }) => command.dtype(x.dtype).list(x.shape).real(value) });

const arithmetic: readonly Kernel[] = [
  ...['Add', 'Sub', 'Multiply', 'RealDiv', 'FloorDiv', 'Mod', 'Pow', 'Maximum', 'Minimum', 'SquaredDifference', 'Atan2',
    'Equal', 'NotEqual', 'Greater', 'GreaterEqual', 'Less', 'LessEqual', 'LogicalAnd', 'LogicalOr'].map(binary),
  { name: 'Prelu', inputs: ['x', 'alpha'] },
  { name: 'EluGrad', inputs: ['dy', 'y'] },
  { name: 'AddN', inputs: 'all' },
  ...['Abs', 'Acos', 'Acosh', 'Asin', 'Asinh', 'Atan', 'Atanh', 'Ceil', 'Cos', 'Cosh', 'Elu', 'Erf', 'Exp', 'Expm1', 'Floor',
    'IsFinite', 'IsInf', 'IsNan', 'Log', 'Log1p', 'LogicalNot', 'Neg', 'Reciprocal', 'Relu', 'Relu6', 'Round', 'Rsqrt', 'Selu',
    'Sigmoid', 'Sign', 'Sin', 'Sinh', 'Softplus', 'Sqrt', 'Square', 'Tan', 'Tanh'].map(unary),
  kernel<tf.LeakyReluAttrs>({ name: 'LeakyRelu', inputs: ['x'], attributes: (command, { alpha }) => command.real(alpha) }),
  kernel<tf.StepAttrs>({ name: 'Step', inputs: ['x'], attributes: (command, { alpha }) => command.real(alpha) }),
  kernel<tf.ClipByValueAttrs>({ name: 'ClipByValue', inputs: ['x'], attributes: (command, { clipValueMin, clipValueMax }) => command.real(clipValueMin).real(clipValueMax) }),
];

const reductions: readonly Kernel[] = [
  ...['Sum', 'Mean', 'Min', 'Prod', 'All', 'Any'].map(reduction),
  kernel<tf.MaxAttrs>({ name: 'Max', inputs: ['x'], attributes: (command, { reductionIndices, keepDims }, { x }) => command.list(axesOf(reductionIndices, x.shape)).flag(keepDims) }),
  ...['ArgMax', 'ArgMin'].map(arg),
  kernel<tf.SoftmaxAttrs, { readonly logits: tf.TensorInfo }>({ name: 'Softmax', inputs: ['logits'], attributes: (command, { dim }, { logits }) => command.integer(axisOf(dim, logits.shape)) }),
  kernel<tf.LogSoftmaxAttrs, { readonly logits: tf.TensorInfo }>({ name: 'LogSoftmax', inputs: ['logits'], attributes: (command, { axis }, { logits }) => command.integer(axisOf(axis, logits.shape)) }),
  kernel<tf.CumsumAttrs>({ name: 'Cumsum', inputs: ['x'], attributes: (command, { axis, exclusive, reverse }, { x }) => command.integer(axisOf(axis, x.shape)).flag(exclusive).flag(reverse) }),
  kernel<tf.TopKAttrs>({ name: 'TopK', inputs: ['x'], many: true, attributes: (command, { k }) => command.integer(k) }),
  kernel<tf.BatchMatMulAttrs>({ name: 'BatchMatMul', inputs: ['a', 'b'], attributes: (command, { transposeA, transposeB }) => command.flag(transposeA).flag(transposeB) }),
];

const made: readonly Kernel[] = [
  kernel<{ shape: number[]; value: number; dtype?: tf.DataType }>({
    name: 'Fill', inputs: [], attributes: (command, { dtype, shape, value }) => command.dtype(dtype ?? tf.util.inferDtype(value)).list(shape).real(value),
  }),
  like('ZerosLike', 0),
  like('OnesLike', 1),
  kernel<tf.RangeAttrs>({
    name: 'Range', inputs: [],
    attributes: (command, { start, stop, step, dtype }) => command.dtype(dtype).real(start).real(stepTowards(start, stop, step)).integer(rangeLength(start, stop, step)),
  }),
  kernel<tf.LinSpaceAttrs>({ name: 'LinSpace', inputs: [], attributes: (command, { start, stop, num }) => command.real(start).real(stop).integer(num) }),
  kernel<Defaulted<tf.OneHotAttrs, 'dtype'>>({
    name: 'OneHot', inputs: ['indices'],
    attributes: (command, { dtype = 'int32', depth, onValue, offValue }) => command.dtype(dtype).integer(depth).real(onValue).real(offValue),
  }),
];

/** tf.range counts down when stop lies below start and the step was left at 1. */
function stepTowards(start: number, stop: number, step: number): number {
  return stop < start && step === 1 ? -1 : step;
}

function rangeLength(start: number, stop: number, step: number): number {
  const towards = stepTowards(start, stop, step);
  return start === stop || (start < stop && towards < 0) || (stop < start && towards > 1) ? 0 : Math.abs(Math.ceil((stop - start) / towards));
}

const shapes: readonly Kernel[] = [
  kernel<object>({ name: 'Identity', inputs: ['x'], share: (backend, { x }) => backend.share(x, x.shape) }),
  kernel<tf.ReshapeAttrs>({
    name: 'Reshape', inputs: ['x'],
    share: (backend, { x }, { shape }) => backend.share(x, tf.util.inferFromImplicitShape(shape, tf.util.sizeFromShape(x.shape))),
  }),
  kernel<tf.ExpandDimsAttrs, { readonly input: tf.TensorInfo }>({ name: 'ExpandDims', inputs: ['input'], share: (backend, { input }, { dim }) => backend.share(input, expanded(input.shape, dim)) }),
  kernel<tf.CastAttrs>({ name: 'Cast', inputs: ['x'], attributes: (command, { dtype }) => command.dtype(dtype) }),
  kernel<tf.TransposeAttrs>({ name: 'Transpose', inputs: ['x'], attributes: (command, { perm }) => command.list(perm) }),
  kernel<tf.SliceAttrs>({
    name: 'Slice', inputs: ['x'],
    attributes: (command, { begin, size }, { x }) => {
      const [begins, sizes] = tf.slice_util.parseSliceParams(x, begin, size) as [number[], number[]];
      tf.slice_util.assertParamsValid(x, begins, sizes);
      command.list(begins).list(sizes);
    },
  }),
  kernel<tf.ConcatAttrs, List>({ name: 'Concat', inputs: 'all', attributes: (command, { axis }, [first]) => command.integer(axisOf(axis, first?.shape ?? [])) }),
  kernel<tf.PackAttrs, List>({
    name: 'Pack', inputs: 'all',
    attributes: (command, { axis }, inputs) => {
      for (const { dtype } of inputs) tf.util.assert(dtype === inputs[0]?.dtype, () => 'All tensors passed to stack must have matching dtypes');
      command.integer(axis);
    },
  }),
  kernel<tf.UnpackAttrs, { readonly value: tf.TensorInfo }>({ name: 'Unpack', inputs: ['value'], many: true, attributes: (command, { axis }, { value }) => command.integer(axisOf(axis, value.shape)) }),
  kernel<tf.SplitVAttrs, { readonly x: tf.Tensor }>({
    name: 'SplitV', inputs: ['x'], many: true,
    attributes: (command, { numOrSizeSplits, axis }, { x }) => {
      const along = axisOf(axis, x.shape);
      command.integer(along).list(tf.backend_util.prepareSplitSize(x, numOrSizeSplits, along));
    },
  }),
  kernel<tf.PadV2Attrs>({ name: 'PadV2', inputs: ['x'], attributes: (command, { paddings, constantValue }) => command.list(paddings.flat()).real(constantValue) }),
  kernel<tf.TileAttrs>({ name: 'Tile', inputs: ['x'], attributes: (command, { reps }) => command.list(reps) }),
  kernel<tf.BroadCastToAttrs>({ name: 'BroadcastTo', inputs: ['x'], attributes: (command, { shape }) => command.list(shape) }),
  kernel<tf.ReverseAttrs>({ name: 'Reverse', inputs: ['x'], attributes: (command, { dims }, { x }) => command.list(axesOf(dims, x.shape)) }),
  kernel<tf.GatherV2Attrs, Readonly<Record<'x' | 'indices', tf.Tensor>>>({
    name: 'GatherV2', inputs: ['x', 'indices'],
    attributes: (command, { axis, batchDims }, { x, indices }) => {
      const along = axisOf(axis, x.shape);
      const batches = batchDims < 0 ? batchDims + indices.shape.length : batchDims;
      tf.backend_util.segment_util.collectGatherOpShapeInfo(x, indices, along, batches); // throws if they do not fit
      command.integer(along).integer(batches);
    },
  }),
  { name: 'GatherNd', inputs: ['params', 'indices'] },
  kernel<tf.UnsortedSegmentSumAttrs>({ name: 'UnsortedSegmentSum', inputs: ['x', 'segmentIds'], attributes: (command, { numSegments }) => command.integer(numSegments) }),
  { name: 'Select', inputs: ['condition', 't', 'e'] },
  kernel<tf.StridedSliceAttrs>({
    name: 'StridedSlice', inputs: ['x'],
    attributes: (command, { begin, end, strides, beginMask, endMask, ellipsisMask, newAxisMask, shrinkAxisMask }, { x }) => {
      const info = tf.slice_util.sliceInfo(x.shape, begin, end, strides, beginMask, endMask, ellipsisMask, newAxisMask, shrinkAxisMask);
      command.list(info.begin).list(info.strides).list(tf.slice_util.computeOutShape(info.begin, info.end, info.strides)).list(info.finalShape);
    },
  }),
];

function expanded(shape: number[], dim: number): number[] {
  const at = dim < 0 ? dim + shape.length + 1 : dim;
  tf.util.assert(at >= 0 && at <= shape.length, () => `Axis must be in the interval [${-(shape.length + 1)}, ${shape.length}]`);
  return [...shape.slice(0, at), 1, ...shape.slice(at)];
}

export const plainKernels: readonly Kernel[] = [...arithmetic, ...reductions, ...made, ...shapes];

/** Registers `kernels` for the backend called `backendName`. */
export function registerKernels(backendName: string, kernels: readonly Kernel[]): void {
  for (const entry of kernels) {
    tf.registerKernel({
      kernelName: entry.name,
      backendName,
      kernelFunc: ({ inputs, attrs, backend }) => runKernel(backend as TorchBackend, entry, inputs, attrs),
    });
  }
}

function runKernel(backend: TorchBackend, entry: Kernel, inputs: Infos, attributes: object = {}): tf.TensorInfo | tf.TensorInfo[] {
  if (entry.share !== undefined) return entry.share(backend, inputs, attributes);
  const command = backend.begin(entry.operation ?? entry.name, entry.inputs === 'all' ? (inputs as unknown as List) : picked(inputs, entry.inputs));
  entry.attributes?.(command, attributes, inputs);
  const results = backend.finish(command);
  const [only] = results;
  return entry.many === true || only === undefined ? results : only;
}

function picked(inputs: Infos, names: readonly string[]): tf.TensorInfo[] {
  const infos: tf.TensorInfo[] = [];
  for (const name of names) {
    const info = inputs[name];
    if (info !== undefined) infos.push(info);
  }
  return infos;
}
