/** Syntax highlighting, loaded when the first code block is shown; grammars of the languages that agents write most. */
import type { Root } from "hast";
import bash from "highlight.js/lib/languages/bash";
import c from "highlight.js/lib/languages/c";
import cpp from "highlight.js/lib/languages/cpp";
import css from "highlight.js/lib/languages/css";
import diff from "highlight.js/lib/languages/diff";
import dockerfile from "highlight.js/lib/languages/dockerfile";
import go from "highlight.js/lib/languages/go";
import ini from "highlight.js/lib/languages/ini";
import java from "highlight.js/lib/languages/java";
import javascript from "highlight.js/lib/languages/javascript";
import json from "highlight.js/lib/languages/json";
import markdown from "highlight.js/lib/languages/markdown";
import python from "highlight.js/lib/languages/python";
import ruby from "highlight.js/lib/languages/ruby";
import rust from "highlight.js/lib/languages/rust";
import sql from "highlight.js/lib/languages/sql";
import typescript from "highlight.js/lib/languages/typescript";
import xml from "highlight.js/lib/languages/xml";
import yaml from "highlight.js/lib/languages/yaml";
import { createLowlight } from "lowlight";

const lowlight = createLowlight({
  bash,
  c,
  cpp,
  css,
  diff,
  dockerfile,
  go,
  ini,
  java,
  javascript,
  json,
  markdown,
  python,
  ruby,
  rust,
  sql,
  typescript,
  xml,
  yaml,
});
lowlight.registerAlias({
  ini: ["toml"],
  typescript: ["tsx"],
  javascript: ["jsx", "mjs", "cjs"],
  bash: ["shell", "console"],
});

/** Above this size, colours cost more than they give. */
const MAXIMUM_CHARACTERS = 40_000;

/** The highlighted tree, or undefined when the language is unknown or the code too long. */
export function highlight(code: string, language: string): Root | undefined {
  if (code.length > MAXIMUM_CHARACTERS || !lowlight.registered(language)) return undefined;
  return lowlight.highlight(language, code);
}
