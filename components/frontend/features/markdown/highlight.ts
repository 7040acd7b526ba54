/** Syntax highlighting for the languages that agents write most. Each grammar is loaded when its first block is shown. */
import type { Root } from "hast";
import type { LanguageFn } from "highlight.js";
import { createLowlight } from "lowlight";

const lowlight = createLowlight();

const GRAMMARS: Readonly<Record<string, () => Promise<{ default: LanguageFn }>>> = {
  bash: () => import("highlight.js/lib/languages/bash"),
  c: () => import("highlight.js/lib/languages/c"),
  cpp: () => import("highlight.js/lib/languages/cpp"),
  css: () => import("highlight.js/lib/languages/css"),
  diff: () => import("highlight.js/lib/languages/diff"),
  dockerfile: () => import("highlight.js/lib/languages/dockerfile"),
  go: () => import("highlight.js/lib/languages/go"),
  ini: () => import("highlight.js/lib/languages/ini"),
  java: () => import("highlight.js/lib/languages/java"),
  javascript: () => import("highlight.js/lib/languages/javascript"),
  json: () => import("highlight.js/lib/languages/json"),
  markdown: () => import("highlight.js/lib/languages/markdown"),
  python: () => import("highlight.js/lib/languages/python"),
  ruby: () => import("highlight.js/lib/languages/ruby"),
  rust: () => import("highlight.js/lib/languages/rust"),
  sql: () => import("highlight.js/lib/languages/sql"),
  typescript: () => import("highlight.js/lib/languages/typescript"),
  xml: () => import("highlight.js/lib/languages/xml"),
  yaml: () => import("highlight.js/lib/languages/yaml"),
};

/** Other names of a grammar, as people write them after three back ticks and as files end. */
const OTHER_NAMES: Readonly<Record<string, readonly string[]>> = {
  bash: ["sh", "zsh", "shell", "console"],
  c: ["h"],
  cpp: ["cc", "c++", "hpp", "hh", "cxx", "hxx"],
  diff: ["patch"],
  dockerfile: ["docker"],
  go: ["golang"],
  ini: ["toml"],
  javascript: ["js", "jsx", "mjs", "cjs"],
  json: ["jsonc", "json5", "jsonl"],
  markdown: ["md", "mkd"],
  python: ["py"],
  ruby: ["rb"],
  rust: ["rs"],
  typescript: ["ts", "tsx", "mts", "cts"],
  xml: ["html", "xhtml", "svg", "plist"],
  yaml: ["yml"],
};
const grammarOf = new Map([
  ...Object.keys(GRAMMARS).map((name) => [name, name] as const),
  ...Object.entries(OTHER_NAMES).flatMap(([name, others]) => others.map((other) => [other, name] as const)),
]);

/** Above this size, colours cost more than they give. */
const MAXIMUM_CHARACTERS = 40_000;

/** Resolves once blocks of this language can be coloured; at once for one that never will be. */
export async function loadGrammar(language: string): Promise<void> {
  const name = grammarOf.get(language);
  const load = name === undefined ? undefined : GRAMMARS[name];
  if (name === undefined || load === undefined || lowlight.registered(name)) return;
  lowlight.register(name, (await load()).default);
}

/** The highlighted tree, or undefined when the grammar is unknown or not loaded, or the code too long. */
export function highlight(code: string, language: string): Root | undefined {
  const name = grammarOf.get(language);
  if (name === undefined || code.length > MAXIMUM_CHARACTERS || !lowlight.registered(name)) return undefined;
  return lowlight.highlight(name, code);
}
