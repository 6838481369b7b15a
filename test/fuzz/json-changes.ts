/** JSON that parses and says something else: values of other kinds, keys gone, doubled or renamed, lists grown, at any place of a sound text. */
import fc from 'fast-check';

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
type Holder = Json[] | Record<string, Json>;

const odd = fc.constantFrom<Json>(
  null, true, false, '', 'x', '\n', '\u001b[2J', '__proto__', 'ä'.repeat(3000), 0, -1, 1, 0.5, 2, 1000, 2 ** 31, 2 ** 32, 2 ** 53, 1e21, 1e308, -1e308, 5e-324,
  [], {}, [[]], [null], { '': null }, ['a', 'a'], Array.from({ length: 300 }, (_, i) => i),
);

interface Slot {
  readonly holder: Holder;
  readonly key: string;
}

function slotsOf(value: Json, found: Slot[] = []): Slot[] {
  if (typeof value !== 'object' || value === null) return found;
  for (const [key, inner] of Object.entries(value)) {
    found.push({ holder: value, key });
    slotsOf(inner, found);
  }
  return found;
}

type JsonChange = (slot: Slot, put: Json) => void;

const set = (holder: Holder, key: string, value: Json): void => void Object.defineProperty(holder, key, { value, enumerable: true, configurable: true, writable: true });
const get = (holder: Holder, key: string): Json => (holder as Record<string, Json>)[key] ?? null;

const changes: Readonly<Record<string, JsonChange>> = {
  replace: ({ holder, key }, put) => set(holder, key, put),
  remove: ({ holder, key }) => void (Array.isArray(holder) ? holder.splice(Number(key), 1) : Reflect.deleteProperty(holder, key)),
  add: ({ holder, key }, put) => void (Array.isArray(holder) ? holder.push(put) : set(holder, `${key} too`, put)),
  rename: ({ holder, key }, put) => {
    const value = get(holder, key);
    if (Array.isArray(holder)) return;
    Reflect.deleteProperty(holder, key);
    set(holder, typeof put === 'string' ? put : JSON.stringify(put).slice(0, 20), value);
  },
  wrap: ({ holder, key }) => set(holder, key, [get(holder, key)]),
  nest: ({ holder, key }) => set(holder, key, JSON.parse('['.repeat(900) + ']'.repeat(900)) as Json),
  repeat: ({ holder, key }) => {
    if (Array.isArray(holder)) holder.push(...Array.from({ length: 50 }, () => structuredClone(get(holder, key))));
  },
};

/** One of these sound JSON texts with one to three values changed. */
export function changedJson(samples: readonly Uint8Array[]): fc.Arbitrary<Uint8Array> {
  const texts = samples.map((sample) => Buffer.from(sample).toString());
  const one = fc.record({ slot: fc.nat(2 ** 20), how: fc.constantFrom(...Object.keys(changes)), put: odd });
  return fc.tuple(fc.constantFrom(...texts), fc.array(one, { minLength: 1, maxLength: 3 })).map(([text, wanted]) => {
    const root = [JSON.parse(text) as Json];
    for (const { slot, how, put } of wanted) {
      const slots = slotsOf(root);
      const found = slots[slot % Math.max(1, slots.length)];
      if (found !== undefined) changes[how]?.(found, structuredClone(put));
    }
    return Buffer.from(JSON.stringify(root[0] ?? null));
  });
}
