import test from 'ava';
import { fileVersionEvent, restartEvent, scalarsEvent, textEvent } from '../../src/report/tensorboard-event.ts';

const hex = (chunks: readonly Uint8Array[]): string => Buffer.concat(chunks).toString('hex');
const time = new Date(1767323045678);

// Recorded from Python: the same messages, serialised by the protocol buffers of TensorBoard 2.21.
test('messages are the bytes that TensorBoard\'s own classes make', (t) => {
  t.is(hex(restartEvent({ time, step: 301 })), '095a646b69cd55da4110ad023a020801');
  t.is(
    hex(scalarsEvent({ time, step: 300 }, { loss: 0.6931472, 'loss/soft-label': 0 })),
    '095a646b69cd55da4110ac022a250a0b0a046c6f7373151872313f0a160a0f6c6f73732f736f66742d6c6162656c1500000000',
  );
  t.is(
    hex(textEvent({ time, step: 7 }, { tag: 'settings', markdown: '| a | b |' })),
    '095a646b69cd55da4110072a290a270a0873657474696e6773420f0807120042097c2061207c2062207c4a0a0a060a04746578742002',
  );
});

test('the first event of a file: as Python writes it, with the step 0 that Python leaves out', (t) => {
  t.is(hex(fileVersionEvent(time)).replace('1000', ''), '095a646b69cd55da411a0d627261696e2e4576656e743a32');
});
