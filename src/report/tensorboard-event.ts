/**
 * TensorBoard's `Event` messages, as `tensorboard/compat/proto/event.proto`, `summary.proto` and `tensor.proto` define them:
 * the numbers of one step as scalars, a text in Markdown, the first event of a file, and the mark of a run that began again.
 * Each returns the bytes of one message; framing and files are other files' business.
 */
import { ProtobufMessage } from '../storage/protobuf.ts';

/** When an event was heard, and after how many steps. */
export type Moment = { time: Date; step: number };

/** Event: wall_time = 1 (double, seconds), step = 2 (int64). */
const eventAt = ({ time, step }: Moment): ProtobufMessage => new ProtobufMessage().double(1, time.getTime() / 1000).varint(2, step);

/** Opens every file. Event: file_version = 3. Under version 2 a run's restart is known by its mark, not by steps out of order. */
export function fileVersionEvent(time: Date): Uint8Array[] {
  return eventAt({ time, step: 0 }).string(3, 'brain.Event:2').chunks();
}

/** From here on, what earlier files say of `step` and later ones no longer holds. Event: session_log = 7; SessionLog: status = 1 (START = 1). */
export function restartEvent(moment: Moment): Uint8Array[] {
  return eventAt(moment).message(7, new ProtobufMessage().varint(1, 1)).chunks();
}

/** Event: summary = 5; Summary: value = 1, once a scalar; Value: tag = 1, simple_value = 2 (float). */
export function scalarsEvent(moment: Moment, scalars: Readonly<Record<string, number>>): Uint8Array[] {
  const summary = new ProtobufMessage();
  for (const [tag, value] of Object.entries(scalars)) summary.message(1, new ProtobufMessage().string(1, tag).float(2, value));
  return eventAt(moment).message(5, summary).chunks();
}

/**
 * Value: tag = 1, tensor = 8, metadata = 9; TensorProto: dtype = 1 (DT_STRING = 7), tensor_shape = 2 (a scalar's is empty), string_val = 8;
 * SummaryMetadata: plugin_data = 1, data_class = 4 (TENSOR = 2); PluginData: plugin_name = 1.
 */
export function textEvent(moment: Moment, { tag, markdown }: { tag: string; markdown: string }): Uint8Array[] {
  const tensor = new ProtobufMessage().varint(1, 7).message(2, new ProtobufMessage()).string(8, markdown);
  const metadata = new ProtobufMessage().message(1, new ProtobufMessage().string(1, 'text')).varint(4, 2);
  const value = new ProtobufMessage().string(1, tag).message(8, tensor).message(9, metadata);
  return eventAt(moment).message(5, new ProtobufMessage().message(1, value)).chunks();
}
