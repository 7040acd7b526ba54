// A regular expression as a program for a non-deterministic automaton (Thompson's construction): each instruction
// either reads one character, checks an assertion, forks, or says that the whole expression has matched.
import type { CharacterSet } from "./character-set.ts";
import type { Assertion, RegexNode } from "./syntax.ts";

export type Instruction =
  | { readonly op: "read"; readonly set: CharacterSet; readonly next: number }
  | { readonly op: "assert"; readonly assertion: Assertion; readonly next: number }
  /** The first branch is the preferred one. */
  | { readonly op: "fork"; first: number; second: number }
  | { readonly op: "match" };

export interface Program {
  readonly instructions: readonly Instruction[];
  readonly start: number;
}

/** Built from the end: each part is told where to go on, so no jumps need to be patched but those of loops. */
export function compileProgram(node: RegexNode): Program {
  const instructions: Instruction[] = [{ op: "match" }];
  const emit = (instruction: Instruction): number => instructions.push(instruction) - 1;

  function place(part: RegexNode, next: number): number {
    switch (part.kind) {
      case "set":
        return emit({ op: "read", set: part.set, next });
      case "assertion":
        return emit({ op: "assert", assertion: part.assertion, next });
      case "sequence":
        return part.parts.reduceRight((after, one) => place(one, after), next);
      case "choice":
        return part.options
          .map((option) => place(option, next))
          .reduceRight((second, first) => emit({ op: "fork", first, second }));
      case "repeat": {
        let after = next;
        if (part.max === undefined) {
          const loop: Instruction = { op: "fork", first: 0, second: 0 };
          const at = emit(loop);
          const body = place(part.node, at);
          loop.first = part.greedy ? body : next;
          loop.second = part.greedy ? next : body;
          after = at;
        } else {
          for (let optional = part.max - part.min; optional > 0; optional--) {
            const body = place(part.node, after);
            after = emit({ op: "fork", first: part.greedy ? body : next, second: part.greedy ? next : body });
          }
        }
        for (let needed = part.min; needed > 0; needed--) after = place(part.node, after);
        return after;
      }
    }
  }

  return { start: place(node, 0), instructions };
}
