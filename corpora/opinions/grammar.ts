// The grammar of the opinions corpus: it writes one English sentence that means a wanted value.
// A value is -1 (negative), 0 (mixed) or 1 (positive). Every sentence is built from its meaning downwards, so the label is known
// by construction; function words and structures are drawn before polarity words, so that they say as little as possible alone.
// It does not read or write files, and it takes chance only from the `Dice` it is given (see prepare.ts).

export type Value = -1 | 0 | 1;
type Sign = -1 | 1;

export interface Dice {
  /** One element, all equally likely. */
  pick<T>(from: readonly T[]): T;
  /** True with this probability. */
  chance(probability: number): boolean;
  /** One key, in proportion to its weight. */
  weighted<K extends string>(weights: Readonly<Record<K, number>>): K;
}

interface Domain {
  readonly things: readonly string[];
  readonly aspects: readonly string[];
  readonly good: readonly string[];
  readonly bad: readonly string[];
  readonly asides: readonly string[];
}

const DOMAINS: readonly Domain[] = [
  {
    things: ['film', 'movie'],
    aspects: ['plot', 'acting', 'ending', 'script'],
    good: ['gripping', 'clever'],
    bad: ['dull', 'clumsy'],
    asides: ['we saw it on a Tuesday', 'it was set in Spain', 'it ran for two hours', 'half the seats were empty'],
  },
  {
    things: ['meal', 'dinner'],
    aspects: ['soup', 'bread', 'salad', 'curry'],
    good: ['delicious', 'fresh'],
    bad: ['bland', 'greasy'],
    asides: ['we sat near the window', 'we paid by card', 'the table was round', 'we came at seven'],
  },
  {
    things: ['hotel', 'hostel'],
    aspects: ['room', 'bed', 'lobby', 'pool'],
    good: ['spotless', 'comfortable'],
    bad: ['dirty', 'shabby'],
    asides: ['we stayed for three nights', 'it stood by the river', 'we arrived after dark', 'our floor was the second'],
  },
  {
    things: ['phone', 'tablet'],
    aspects: ['screen', 'battery', 'camera', 'keyboard'],
    good: ['reliable', 'sturdy'],
    bad: ['flimsy', 'sluggish'],
    asides: ['I bought it in March', 'the box was grey', 'it came by post', 'I use it at work'],
  },
];

const GOOD = ['brilliant', 'wonderful', 'superb', 'excellent'];
const BAD = ['awful', 'terrible', 'dreadful', 'poor'];
const MIDDLING = ['average', 'ordinary', 'passable', 'acceptable', 'tolerable', 'unremarkable'];
const VIRTUES = ['charm', 'warmth', 'style'];
const VICES = ['flaws', 'mistakes', 'faults'];

/** [past, base] of "I ... the plot". */
const LIKED: readonly (readonly [past: string, base: string])[] = [['loved', 'love'], ['enjoyed', 'enjoy'], ['admired', 'admire'], ['liked', 'like']];
const LOATHED: readonly (readonly [past: string, base: string])[] = [['hated', 'hate'], ['loathed', 'loathe'], ['disliked', 'dislike'], ['regretted', 'regret']];
/** [past, base] of "the plot ... me". */
const PLEASED: readonly (readonly [past: string, base: string])[] = [['impressed', 'impress'], ['delighted', 'delight'], ['pleased', 'please'], ['charmed', 'charm']];
const UPSET: readonly (readonly [past: string, base: string])[] = [['bored', 'bore'], ['annoyed', 'annoy'], ['irritated', 'irritate'], ['disappointed', 'disappoint']];

const STRONG = ['utterly', 'truly', 'extremely', 'deeply'];
const WEAK = ['slightly', 'somewhat', 'a little', 'a bit'];
const NOT = ['not', 'not', 'not', 'hardly', 'never'];
const NOT_QUITE_SAID = ['I doubt that', 'nobody could say that', 'it is not true that', 'I would not claim that'];
const SAID = ['I think that', 'I must say that', 'it is true that', 'I would claim that'];
const PEOPLE = ['my sister', 'a friend', 'our neighbour', 'one critic'];
const OTHERS = ['the last one', 'the one before', 'the cheaper one', 'the one we tried in May'];

export interface Difficulty {
  /** How often a polarity word stands under a negation. */
  readonly negation: number;
  /** How often a second negation is put on top. */
  readonly doubled: number;
}

/** Writes sentences; one instance per corpus, so that all sentences share one stream of chance. */
export class Grammar {
  private readonly dice: Dice;
  private readonly difficulty: Difficulty;

  constructor(dice: Dice, difficulty: Difficulty) {
    this.dice = dice;
    this.difficulty = difficulty;
  }

  /** A sentence that means `value`, with a capital and a full stop. */
  sentence(value: Value): string {
    const domain = this.dice.pick(DOMAINS);
    const text = this.opinion(domain, value);
    return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
  }

  private opinion(domain: Domain, value: Value): string {
    const { dice } = this;
    const [first, second] = this.twoSubjects(domain);
    const main = (): string => this.clause(domain, first, value);
    switch (dice.weighted({ plain: 26, but: 28, althoughFirst: 9, althoughLast: 7, pair: 14, person: 12, comparison: 4 })) {
      case 'plain':
        return dice.chance(0.5) ? `${dice.pick(domain.asides)}, and ${main()}` : main();
      case 'but':
        return `${this.clause(domain, second, this.otherThan(value))}, ${dice.pick(['but', 'but', 'yet'])} ${main()}`;
      case 'althoughFirst':
        return `${this.although()} ${this.clause(domain, second, this.otherThan(value))}, ${main()}`;
      case 'althoughLast':
        return `${main()}, ${this.although()} ${this.clause(domain, second, this.otherThan(value))}`;
      case 'pair':
        return this.pair(domain, first, second, value);
      case 'person': {
        const theirs = this.theirs(domain);
        return dice.chance(0.5) ? `${theirs}, ${dice.pick(['but', 'and'])} ${main()}` : `${main()}, ${dice.pick(['but', 'and', 'although'])} ${theirs}`;
      }
      case 'comparison': {
        const other = `unlike ${dice.pick(OTHERS)}, which was ${this.adjective(domain, this.sign())}`;
        return `${other}, ${main()}`;
      }
    }
  }

  /** Two opinions side by side: alike they agree, opposed they are mixed unless one is strong and the other weak. */
  private pair(domain: Domain, first: string, second: string, value: Value): string {
    const { dice } = this;
    if (value !== 0 && dice.chance(0.1)) {
      const strong = `${first} was ${dice.pick(STRONG)} ${this.adjective(domain, value)}`;
      const weak = `${second} was ${dice.pick(WEAK)} ${this.adjective(domain, -value as Sign)}`;
      return dice.chance(0.5) ? `${strong} and ${weak}` : `${weak} and ${strong}`;
    }
    const left = value === 0 ? this.sign() : value;
    const right = value === 0 ? (-left as Sign) : value;
    return `${this.clause(domain, first, left)}, and ${this.clause(domain, second, right)}`;
  }

  /** One clause about `subject` that means `value`. */
  private clause(domain: Domain, subject: string, value: Value): string {
    const { dice } = this;
    const form = dice.weighted({ copula: 60, both: 5, verb: 16, effect: 9, having: 6, said: 4 });
    const negated = dice.chance(this.difficulty.negation);
    switch (form) {
      case 'copula':
        if (value === 0) return `${subject} was ${dice.chance(0.4) ? `${dice.pick(['only', 'rather', 'just'])} ` : ''}${dice.pick(MIDDLING)}`;
        if (negated) return `${subject} was ${dice.pick(NOT)} ${this.adjective(domain, -value as Sign)}`;
        return `${subject} was ${dice.chance(0.4) ? `${dice.pick(dice.chance(0.5) ? STRONG : WEAK)} ` : ''}${this.adjective(domain, value)}`;
      case 'both': {
        const [left, right] = this.twoAdjectives(domain, value, negated);
        return `${subject} was ${negated ? `neither ${left} nor ${right}` : `both ${left} and ${right}`}`;
      }
      case 'verb': {
        if (value === 0) return `I was ${dice.pick(['in two minds', 'undecided', 'unsure'])} about ${subject}`;
        const [past, base] = dice.pick((value === 1) !== negated ? LIKED : LOATHED);
        return negated ? `I ${dice.pick(['did not', 'did not really', 'could not'])} ${base} ${subject}` : `I ${dice.pick(['really ', '', ''])}${past} ${subject}`;
      }
      case 'effect': {
        if (value === 0) return `${subject} left me ${dice.pick(['undecided', 'indifferent', 'unsure'])}`;
        const [past, base] = dice.pick((value === 1) !== negated ? PLEASED : UPSET);
        if (negated) return `${subject} ${dice.pick(['failed to', 'did not', 'never managed to'])} ${base} me`;
        return dice.chance(this.difficulty.doubled) ? `${subject} never failed to ${base} me` : `${subject} ${past} me`;
      }
      case 'having': {
        if (value === 0) return `${subject} had ${dice.pick(VIRTUES)} and ${dice.pick(VICES)} in equal measure`;
        const noun = dice.pick((value === 1) !== negated ? VIRTUES : VICES);
        if (negated) return `${subject} ${dice.pick(['lacked', 'was without', 'was free of'])} ${noun}`;
        return dice.chance(this.difficulty.doubled) ? `${subject} was not without ${noun}` : `${subject} ${dice.pick(['had plenty of', 'was full of', 'had'])} ${noun}`;
      }
      case 'said': {
        if (value === 0) return `${dice.pick(SAID)} ${subject} was ${dice.pick(MIDDLING)}`;
        if (!negated) return `${dice.pick(SAID)} ${subject} was ${this.adjective(domain, value)}`;
        if (dice.chance(this.difficulty.doubled)) return `${dice.pick(NOT_QUITE_SAID)} ${subject} was ${dice.pick(['not', 'never'])} ${this.adjective(domain, value)}`;
        return `${dice.pick(NOT_QUITE_SAID)} ${subject} was ${this.adjective(domain, -value as Sign)}`;
      }
    }
  }

  /** Somebody else's opinion, which never counts. */
  private theirs(domain: Domain): string {
    const { dice } = this;
    const who = dice.pick(PEOPLE);
    const sign = this.sign();
    if (dice.chance(0.5)) return `${who} ${dice.pick(sign === 1 ? LIKED : LOATHED)[0]} the ${dice.pick(domain.things)}`;
    return `${who} ${dice.pick(['said', 'thought'])} it was ${this.adjective(domain, sign)}`;
  }

  private although(): string {
    return this.dice.pick(['although', 'even though', 'though', 'while']);
  }

  private sign(): Sign {
    return this.dice.chance(0.5) ? 1 : -1;
  }

  /** What a contrast sets against `value`: it is natural only if it differs. */
  private otherThan(value: Value): Value {
    return this.dice.pick(([-1, 0, 1] as const).filter((other) => other !== value));
  }

  private adjective(domain: Domain, sign: Sign): string {
    if (this.dice.chance(0.45)) return this.dice.pick(sign === 1 ? domain.good : domain.bad);
    return this.dice.pick(sign === 1 ? GOOD : BAD);
  }

  private twoAdjectives(domain: Domain, value: Value, negated: boolean): readonly [string, string] {
    const left: Sign = value === 0 ? this.sign() : negated ? (-value as Sign) : value;
    const right: Sign = value === 0 ? (-left as Sign) : left;
    const one = this.adjective(domain, left);
    for (;;) {
      const two = this.adjective(domain, right);
      if (two !== one) return [one, two];
    }
  }

  private twoSubjects(domain: Domain): readonly [string, string] {
    const first = this.dice.chance(0.2) ? this.dice.pick(domain.things) : this.dice.pick(domain.aspects);
    for (;;) {
      const second = this.dice.pick(domain.aspects);
      if (second !== first) return [`the ${first}`, `the ${second}`];
    }
  }
}
