/**
 * Joins class names; of two Tailwind classes that say the same thing, the later one wins. It knows the classes that this
 * interface uses, and no others: the test beside it holds it to what `tailwind-merge` decides about every two of them,
 * which knows all of Tailwind, and would be a thirtieth of the session page's script.
 */
import { clsx, type ClassValue } from "clsx";

/** What a class sets, by how it begins. The first that fits counts; after it, what a later one of these overrides too. */
const RULES: readonly (readonly [form: RegExp, sets: string, overrides?: string])[] = [
  [/^\[([a-z-]+):/, "[$1]"],
  [/^(block|inline|inline-block|inline-flex|flex|grid|table|hidden|contents)$/, "display"],
  [/^line-clamp-/, "clamp", "display overflow"],
  [/^(static|fixed|absolute|relative|sticky)$/, "position"],
  [/^(visible|invisible)$/, "visibility"],
  [/^(not-)?sr-only$/, "sr"],
  [/^(underline|no-underline|line-through)$/, "underline"],
  [/^(uppercase|lowercase|capitalize|normal-case)$/, "case"],
  [/^break-/, "break"],
  [/^font-(mono|sans)$/, "family"],
  [/^font-/, "weight"],
  [/^text-(2xs|xs|sm|base|lg|xl|\dxl|\[[\d.]+(px|em|rem)\])$/, "size", "leading"],
  [/^text-(left|center|right)$/, "text-align"],
  [/^text-/, "color"],
  [/^border-collapse$/, "collapse"],
  [/^border(-\d)?$/, "border", "border-t border-r border-b border-l border-x border-y"],
  [/^border-y(-\d)?$/, "border-y", "border-t border-b"],
  [/^border-x(-\d)?$/, "border-x", "border-l border-r"],
  [/^border-([trbl])(-\d)?$/, "border-$1"],
  [/^border-/, "border-color"],
  [/^divide-[xy]/, "divide"],
  [/^divide-/, "divide-color"],
  [/^ring-\d$/, "ring"],
  [/^ring-/, "ring-color"],
  [/^outline(-\d)?$/, "outline"],
  [/^outline-(none|hidden)$/, "outline-style"],
  [/^outline-offset-/, "outline-offset"],
  [/^outline-/, "outline-color"],
  [/^rounded-(tl|tr|bl|br)(-|$)/, "rounded-$1"],
  [/^rounded(-|$)/, "rounded", "rounded-tl rounded-tr rounded-bl rounded-br"],
  [/^flex-(row|col)/, "direction"],
  [/^flex-(no)?wrap/, "wrap"],
  [/^flex-/, "flex", "basis shrink grow"],
  [/^(shrink|grow)(-|$)/, "$1"],
  [/^object-(cover|contain|fill|none)$/, "fit"],
  [/^overflow-([xy])-/, "overflow-$1"],
  [/^overflow-/, "overflow", "overflow-x overflow-y"],
  [/^gap-([xy])-/, "gap-$1"],
  [/^gap-/, "gap", "gap-x gap-y"],
  [/^size-/, "box", "w h"],
  [/^inset-x-/, "inset-x", "left right"],
  [/^inset-y-/, "inset-y", "top bottom"],
  [/^inset-/, "inset", "inset-x inset-y top right bottom left"],
  [/^([pm])x-/, "$1x", "$1l $1r"],
  [/^([pm])y-/, "$1y", "$1t $1b"],
  [/^([pm])-/, "$1", "$1x $1y $1t $1r $1b $1l"],
  [/^list-(disc|decimal|none)$/, "list"],
  [/^transition(-|$)/, "transition"],
  [/^shadow(-|$)/, "shadow"],
  [/^resize(-|$)/, "resize"],
  [/^translate-([xy])-/, "translate-$1"],
  [/^(max-w|max-h|min-w|min-h|grid-cols|grid-rows|col-start|underline-offset|pointer-events|place-items)-/, "$1"],
  [/^(justify-items|justify-self|justify|items|self|content|basis|align|z|opacity|cursor|select|col|bg)-/, "$1"],
  [/^(whitespace|leading|tracking|decoration|duration|rotate|fill|appearance|accent|w|h)-/, "$1"],
  [/^([pm][trbl]|top|right|bottom|left)-/, "$1"],
];

interface Meaning {
  /** What it sets, and under which circumstances (`hover:`, `sm:`). */
  readonly sets: string;
  readonly overrides: readonly string[];
}

/** There are as many as there are classes in the sources. */
const meanings = new Map<string, Meaning | undefined>();

function meaningOf(name: string): Meaning | undefined {
  if (meanings.has(name)) return meanings.get(name);
  const [, when = "", bare = name, important = ""] = /^((?:[^:[]|\[[^\]]*\])*:)?-?(.*?)(!?)$/.exec(name) ?? [];
  const rule = RULES.find(([form]) => form.test(bare));
  const part = rule?.[0].exec(bare)?.[1] ?? "";
  const filled = (text: string) => when + important + text.replaceAll("$1", part);
  const meaning =
    rule === undefined ? undefined : { sets: filled(rule[1]), overrides: (rule[2]?.split(" ") ?? []).map(filled) };
  meanings.set(name, meaning);
  return meaning;
}

export function cn(...values: ClassValue[]): string {
  const joined = clsx(values);
  const taken = new Set<string>();
  const kept: string[] = [];
  for (const name of joined.split(" ").toReversed()) {
    const meaning = meaningOf(name);
    if (meaning !== undefined) {
      if (taken.has(meaning.sets)) continue;
      taken.add(meaning.sets);
      for (const other of meaning.overrides) taken.add(other);
    }
    kept.push(name);
  }
  return kept.toReversed().join(" ");
}
