// Sets of code points, as a list of ranges plus Unicode classes. Sets are asked once per (state, character) pair,
// because the matcher caches its transitions, so clarity comes before speed here.

export interface CharacterSet {
  readonly ranges: readonly (readonly [low: number, high: number])[];
  readonly classes: readonly { readonly pattern: RegExp; readonly negated: boolean }[];
  readonly negated: boolean;
}

export const MAX_CODE_POINT = 0x10ffff;

export function setOf(...ranges: readonly (readonly [number, number])[]): CharacterSet {
  return { ranges, classes: [], negated: false };
}

export function negate(set: CharacterSet): CharacterSet {
  return { ...set, negated: !set.negated };
}

export function unionOf(sets: readonly CharacterSet[], negated: boolean): CharacterSet {
  return {
    ranges: sets.flatMap((set) => (set.negated ? complement(set.ranges) : set.ranges)),
    classes: sets.flatMap((set) => set.classes.map((one) => ({ ...one, negated: one.negated !== set.negated }))),
    negated,
  };
}

export function contains(set: CharacterSet, codePoint: number): boolean {
  const inside =
    set.ranges.some(([low, high]) => codePoint >= low && codePoint <= high) ||
    set.classes.some(({ pattern, negated }) => pattern.test(String.fromCodePoint(codePoint)) !== negated);
  return inside !== set.negated;
}

/** Adds the other case of every letter. Wide ranges hold both cases already, so only narrow ones are walked. */
export function foldCase(set: CharacterSet): CharacterSet {
  const folded: (readonly [number, number])[] = [...set.ranges];
  for (const [low, high] of set.ranges) {
    for (let codePoint = low; codePoint <= Math.min(high, low + 4096); codePoint++) {
      const character = String.fromCodePoint(codePoint);
      for (const other of [character.toLowerCase(), character.toUpperCase()]) {
        const point = other.codePointAt(0);
        if (point !== undefined && point !== codePoint && other.length === (point > 0xffff ? 2 : 1))
          folded.push([point, point]);
      }
    }
  }
  return { ...set, ranges: folded };
}

function complement(ranges: readonly (readonly [number, number])[]): (readonly [number, number])[] {
  const result: (readonly [number, number])[] = [];
  let next = 0;
  for (const [low, high] of [...ranges].sort((left, right) => left[0] - right[0])) {
    if (low > next) result.push([next, low - 1]);
    next = Math.max(next, high + 1);
  }
  if (next <= MAX_CODE_POINT) result.push([next, MAX_CODE_POINT]);
  return result;
}

const digit = setOf([0x30, 0x39]);
const word = setOf([0x30, 0x39], [0x41, 0x5a], [0x5f, 0x5f], [0x61, 0x7a]);
// Perl's \s without the vertical tab, as RE2 has it.
const space = setOf([0x09, 0x0a], [0x0c, 0x0d], [0x20, 0x20]);

export const PERL_CLASSES: Readonly<Record<string, CharacterSet>> = {
  d: digit,
  D: negate(digit),
  w: word,
  W: negate(word),
  s: space,
  S: negate(space),
};

export const POSIX_CLASSES: Readonly<Record<string, CharacterSet>> = {
  alnum: setOf([0x30, 0x39], [0x41, 0x5a], [0x61, 0x7a]),
  alpha: setOf([0x41, 0x5a], [0x61, 0x7a]),
  ascii: setOf([0x00, 0x7f]),
  blank: setOf([0x09, 0x09], [0x20, 0x20]),
  cntrl: setOf([0x00, 0x1f], [0x7f, 0x7f]),
  digit,
  graph: setOf([0x21, 0x7e]),
  lower: setOf([0x61, 0x7a]),
  print: setOf([0x20, 0x7e]),
  punct: setOf([0x21, 0x2f], [0x3a, 0x40], [0x5b, 0x60], [0x7b, 0x7e]),
  space: setOf([0x09, 0x0d], [0x20, 0x20]),
  upper: setOf([0x41, 0x5a]),
  word,
  xdigit: setOf([0x30, 0x39], [0x41, 0x46], [0x61, 0x66]),
};

/** A Unicode general category or script (`L`, `Lu`, `Greek`), or undefined when there is none of that name. */
export function unicodeClass(name: string): CharacterSet | undefined {
  if (!/^[A-Za-z_]+$/.test(name)) return undefined;
  for (const property of [name === "Any" ? "Any" : `General_Category=${name}`, `Script=${name}`]) {
    try {
      return {
        ranges: [],
        classes: [{ pattern: new RegExp(`^\\p{${property}}$`, "u"), negated: false }],
        negated: false,
      };
    } catch {
      // Not a property of this kind; the next kind is tried.
    }
  }
  return undefined;
}

export function isWordCharacter(codePoint: number): boolean {
  return contains(word, codePoint);
}
