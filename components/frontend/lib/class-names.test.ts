import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { extendTailwindMerge } from "tailwind-merge";
import { describe, expect, it } from "vitest";
import { cn } from "./class-names.ts";

const merge = extendTailwindMerge({ cacheSize: 0 });
const ROOT = fileURLToPath(new URL("..", import.meta.url));

/** Every word of the sources that could be a class: of what is none, both say nothing. */
function classesOfTheSources(): readonly string[] {
  const words = globSync("{app,components,features}/**/*.tsx", { cwd: ROOT }).flatMap((file) =>
    [...readFileSync(join(ROOT, file), "utf8").matchAll(/"([^"\n]*)"|`([^`$]*)`/g)].flatMap(
      ([, quoted = "", template = ""]) => `${quoted} ${template}`.split(/\s+/),
    ),
  );
  return [...new Set(words)].filter(
    (word) => /^-?[a-z@[*&][^\s"'`<>{}\\;]*$/.test(word) && /[-:[]|^[a-z]+$/.test(word),
  );
}

/** A class without its circumstances, which cannot change what it sets. */
const bareOf = (name: string): string => name.replace(/^.*:(?![^[]*\])/, "");

describe("cn", () => {
  it("decides between any two classes of the interface as tailwind-merge does", () => {
    const classes = [...new Set(classesOfTheSources().map(bareOf))].filter((name) => name !== "");
    expect(classes.length).toBeGreaterThan(400);
    // One of each kind is enough to compare with: a class of the wrong kind differs from what it was taken for.
    const kinds = classes.reduce<string[]>((known, name) => {
      const isKnown = known.some((other) => cn(`${other} ${name}`) === name && cn(`${name} ${other}`) === other);
      return isKnown ? known : [...known, name];
    }, []);
    const wrong = classes.flatMap((name) =>
      kinds.flatMap((kind) =>
        [`${name} ${kind}`, `${kind} ${name}`].filter((pair) => name !== kind && cn(pair) !== merge(pair)),
      ),
    );
    expect(wrong).toEqual([]);
  });

  it("keeps apart what is said for different circumstances", () => {
    expect(cn("p-2 hover:p-4 sm:p-6", "hover:p-1")).toBe("p-2 sm:p-6 hover:p-1");
    expect(cn("[&>svg]:size-4", "size-3")).toBe("[&>svg]:size-4 size-3");
  });

  it("leaves out what is not so", () => {
    expect(cn("a", false, undefined, ["b", { c: true, d: false }])).toBe("a b c");
  });
});
