/**
 * Replays on the torch engine: what `recorder.ts` wrote down is run again by one call into the addon (native/replay.cc).
 */
import { fold, tracingKeys } from '../random.ts';
import type { Foreign, Replayer } from '../replayer.ts';
import * as tf from '../tf.ts';
import type { Addon, Dtype } from './addon.ts';
import type { Stored, TorchBackend } from './backend.ts';
import { type Output, Program, Recorder } from './recorder.ts';

/** A program whose parameters keep moving is captured no oftener. */
const captureLimit = 3;

export function torchReplayer(addon: Addon, backend: TorchBackend, { captures }: { captures: boolean }): Replayer {
  const refusals = new Map<string, number>();
  const counts = { launched: 0, refusals };
  const refuse = (reason: string) => refusals.set(reason, (refusals.get(reason) ?? 0) + 1);

  /** Runs it where that is quickest. @returns why it could not be run this time. */
  function run(program: Program, { inputs, variables }: Foreign): string | undefined {
    const { integers, reals, registers } = program;
    const foreign = inputs.length + variables.length;
    if (captures && program.captured === undefined && program.captures < captureLimit) {
      try {
        program.captured = addon.capture(integers, reals, registers, foreign, inputs.length, Int32Array.from(program.keys, ({ at }) => at));
        program.captures++;
      } catch (error) {
        refuse((error as Error).message);
        program.captures = captureLimit;
      }
    }
    if (program.captured === undefined) return addon.replay(integers, reals, registers, foreign);
    const failed = addon.launch(program.captured, integers, reals, registers, foreign);
    if (failed === undefined) counts.launched++;
    else {
      refuse(failed);
      program.captured = undefined;
    }
    return failed;
  }

  return {
    captures: counts,
    record: ({ inputs, variables }, key, work, outputs) =>
      tracingKeys(key, (pathOf) => {
        const before = [...inputs, ...variables].map((tensor) => backend.stored(tensor));
        const recorder = new Recorder(before.map(({ handle }) => handle), pathOf);
        const made = backend.recording(recorder, work);
        const kept = grouped(outputs(made), backend, recorder);
        const recording = recorder.finish();
        if (!(recording instanceof Program)) return { made, recording };
        recording.outputs = kept;
        recording.foreign = layout(before);
        return { made, recording };
      }),
    replay: (recording, foreign, key) => {
      if (!(recording instanceof Program)) throw new Error('a recording of another engine was handed to the torch engine');
      const { reals, registers } = recording;
      const given = [...foreign.inputs, ...foreign.variables].map((tensor) => backend.stored(tensor));
      if (layout(given) !== recording.foreign) return undefined;
      given.forEach(({ handle }, register) => (registers[register] = handle));
      for (const { at, path } of recording.keys) {
        const { high, low } = fold(key, ...path);
        reals[at] = high;
        reals[at + 1] = low;
      }
      backend.beforeReplay(recording.operations);
      return run(recording, foreign) === undefined ? adopted(recording.outputs, registers, backend) : undefined;
    },
  };
}

/** What operations are chosen by, beyond shapes: which tensors share their data, and which lie in memory as they are read. */
function layout(foreign: readonly Stored[]): string {
  const places = new Map<Stored, number>();
  return foreign.map((stored, place) => {
    if (!places.has(stored)) places.set(stored, place);
    return `${places.get(stored) ?? place}${stored.contiguous ? '' : '~'}`;
  }).join(' ');
}

/** The outputs by the data they share. */
function grouped(tensors: readonly tf.Tensor[], backend: TorchBackend, recorder: Recorder): Output[] {
  const groups = new Map<Stored, { place: number; shape: number[]; dtype: tf.DataType }[]>();
  tensors.forEach((tensor, place) => {
    const stored = backend.stored(tensor);
    const group = groups.get(stored) ?? [];
    groups.set(stored, group);
    group.push({ place, shape: tensor.shape, dtype: tensor.dtype });
  });
  return [...groups].map(([stored, group]) => {
    const register = recorder.output(stored.handle);
    if (stored.references > group.length) recorder.refuse('it keeps tensors for itself');
    return { register, dtype: stored.dtype as Dtype, size: stored.size, contiguous: stored.contiguous, tensors: group };
  });
}

function adopted(outputs: readonly Output[], registers: Int32Array, backend: TorchBackend): tf.Tensor[] {
  const tensors: tf.Tensor[] = [];
  for (const output of outputs) {
    const dataId = backend.take(registers[output.register] ?? -1, output, output.tensors.length);
    for (const { place, shape, dtype } of output.tensors) tensors[place] = tf.engine().makeTensorFromTensorInfo({ dataId, shape: [...shape], dtype });
  }
  return tensors;
}
