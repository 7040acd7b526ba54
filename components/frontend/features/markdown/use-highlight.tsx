"use client";
/** Highlighted code as React elements; plain text until the highlighter is there. */
import type { ElementContent, Root } from "hast";
import { type ReactNode, useDeferredValue, useMemo, useSyncExternalStore } from "react";

type Highlight = (code: string, language: string) => Root | undefined;

let loaded: Highlight | undefined;
let loading: Promise<void> | undefined;
const listeners = new Set<() => void>();

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  loading ??= import("./highlight").then(
    (module) => {
      loaded = module.highlight;
      for (const tell of listeners) tell();
    },
    () => undefined, // Without colours the code is as readable as before.
  );
  return () => listeners.delete(listener);
}

export function useHighlight(code: string, language: string): ReactNode {
  const highlight = useSyncExternalStore<Highlight | undefined>(
    subscribe,
    () => loaded,
    () => undefined,
  );
  const settled = useDeferredValue(code);
  const tree = useMemo(() => highlight?.(settled, language.toLowerCase()), [highlight, settled, language]);
  // While a block streams, the coloured part lags by a frame or two: the rest is shown plain.
  return tree === undefined || !code.startsWith(settled)
    ? code
    : [...toReact(tree.children), code.slice(settled.length)];
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
