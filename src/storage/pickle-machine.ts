// What a pickle computes with: values, a stack with marks, a memo, and the few things of the outside that it may name.
// It neither knows opcodes (pickle-opcodes.ts) nor reads bytes (pickle.ts).

/** Lists and tuples are arrays, dicts and OrderedDicts are maps, and anything made by the caller is what the caller made. */
export type PickleValue = null | boolean | number | bigint | string | Uint8Array | PickleValue[] | Map<PickleValue, PickleValue> | PickleThing;

/** A class or function of the caller's list, or what it returns: opaque to the pickle. */
export class PickleThing {
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }
}

/** A class or function that a pickle may call. */
export class PickleCallable extends PickleThing {
  readonly call: (values: readonly PickleValue[]) => PickleValue;

  constructor(name: string, call: (values: readonly PickleValue[]) => PickleValue) {
    super(name);
    this.call = call;
  }
}

export interface PickleWorld {
  /** What `module.name` stands for. @throws for whatever the caller does not know. */
  readonly find: (module: string, name: string) => PickleThing;
  /** What a persistent id stands for. */
  readonly load: (id: PickleValue) => PickleValue;
}

/** The state of one unpickling. Every opcode adds at most one value: memory is bounded by the length of the pickle. */
export class PickleMachine {
  readonly world: PickleWorld;
  readonly stack: PickleValue[] = [];
  readonly marks: number[] = [];
  readonly memo = new Map<number, PickleValue>();

  constructor(world: PickleWorld) {
    this.world = world;
  }

  pop(): PickleValue {
    if (this.stack.length <= (this.marks.at(-1) ?? 0)) throw new Error('it takes a value from an empty stack');
    return this.stack.pop() ?? null;
  }

  /** The value on top, left there. */
  top(): PickleValue {
    if (this.stack.length <= (this.marks.at(-1) ?? 0)) throw new Error('it looks at a value of an empty stack');
    return this.stack.at(-1) ?? null;
  }

  /** Everything above the last mark, which goes too. */
  popToMark(): PickleValue[] {
    const mark = this.marks.pop();
    if (mark === undefined) throw new Error('it goes back to a mark that was never set');
    return this.stack.splice(mark);
  }
}
