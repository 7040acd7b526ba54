"use client";
/** Highlighted code as React elements; plain text until the highlighter is there. */
import type { ElementContent, Root } from "hast";
import { type ReactNode, useCallback, useMemo, useSyncExternalStore } from "react";
import { PlainCode } from "./plain-code";
import { useSettledCode } from "./use-settled-code";

type Highlight = (code: string, language: string) => Root | undefined;

/** Per language: the highlighter, once it and the language's grammar are there. */
const ready = new Map<string, Highlight>();
const asked = new Set<string>();
const listeners = new Set<() => void>();

async function load(language: string): Promise<void> {
  asked.add(language);
  const { highlight, loadGrammar } = await import("./highlight");
  await loadGrammar(language);
  ready.set(language, highlight);
  for (const tell of listeners) tell();
}

export function useHighlight(code: string, writtenLanguage: string): ReactNode {
  const language = writtenLanguage.toLowerCase();
  const subscribe = useCallback(
    (listener: () => void) => {
      listeners.add(listener);
      // Without colours the code is as readable as before; the next block asks again.
      if (language !== "" && !asked.has(language)) load(language).catch(() => asked.delete(language));
      return () => listeners.delete(listener);
    },
    [language],
  );
  const highlight = useSyncExternalStore<Highlight | undefined>(
    subscribe,
    () => ready.get(language),
    () => undefined,
  );
  const settled = useSettledCode(code);
  const coloured = useMemo(() => {
    const tree = highlight?.(settled, language);
    return tree === undefined ? undefined : toReact(tree.children);
  }, [highlight, settled, language]);
  // While a block streams, the coloured part lags behind: the rest is shown plain.
  if (coloured === undefined || !code.startsWith(settled)) return <PlainCode code={code} />;
  return [...coloured, code.slice(settled.length)];
}

function toReact(nodes: readonly (ElementContent | Root["children"][number])[]): ReactNode[] {
  return nodes.map((node, index) => {
    if (node.type === "text") return node.value;
    if (node.type !== "element") return null;
    const classes = node.properties["className"];
    return (
      <span key={index} className={Array.isArray(classes) ? classes.join(" ") : ""}>
        {toReact(node.children)}
      </span>
    );
  });
}
