/** What is being completed at the caret, and which completions fit best. Pure. */

export interface Trigger {
  readonly kind: "command" | "file";
  readonly query: string;
  /** The part of the text that a completion replaces. */
  readonly from: number;
  readonly to: number;
}

/** `/` at the very beginning asks for commands, `@` at the beginning of a word for files. */
export function triggerAt(text: string, caret: number): Trigger | undefined {
  const before = text.slice(0, caret);
  const word = /\S*$/.exec(before)?.[0] ?? "";
  const from = caret - word.length;
  const to = caret + (/^\S*/.exec(text.slice(caret))?.[0].length ?? 0);
  if (word.startsWith("/") && from === 0) return { kind: "command", query: word.slice(1), from, to };
  if (word.startsWith("@")) return { kind: "file", query: word.slice(1), from, to };
  return undefined;
}

/** Replaces what triggered, and says where the caret goes. */
export function complete(text: string, trigger: Trigger, value: string, goesOn: boolean) {
  const rest = text.slice(trigger.to);
  const end = goesOn || rest.startsWith(" ") ? "" : " ";
  const inserted = `${trigger.kind === "command" ? "/" : "@"}${value}${end}`;
  return {
    text: text.slice(0, trigger.from) + inserted + rest,
    caret: trigger.from + inserted.length + (end === "" && !goesOn ? 1 : 0),
  };
}

/** How well a name fits: lower is better, undefined when it does not. Letters must come in order. */
export function matchScore(name: string, query: string): number | undefined {
  const haystack = name.toLowerCase();
  const needle = query.toLowerCase();
  if (needle === "") return haystack.length / 1000;
  const base = haystack.lastIndexOf("/", haystack.length - 2) + 1;
  if (haystack.startsWith(needle, base)) return haystack.length / 1000;
  if (haystack.startsWith(needle)) return 1 + haystack.length / 1000;
  const within = haystack.indexOf(needle);
  if (within !== -1) return 2 + haystack.length / 1000;
  let at = -1;
  let gaps = 0;
  for (const letter of needle) {
    const next = haystack.indexOf(letter, at + 1);
    if (next === -1) return undefined;
    gaps += next - at - 1;
    at = next;
  }
  return 3 + gaps / 100 + haystack.length / 1000;
}

/** The best matches in order; equally good ones stay as they came. */
export function bestMatches<T>(items: readonly T[], nameOf: (item: T) => string, query: string, limit: number): T[] {
  return items
    .flatMap((item) => {
      const score = matchScore(nameOf(item), query);
      return score === undefined ? [] : [{ item, score }];
    })
    .toSorted((a, b) => a.score - b.score)
    .slice(0, limit)
    .map(({ item }) => item);
}
