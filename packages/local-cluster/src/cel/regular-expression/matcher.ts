// Runs a program over text in time linear in the text. test() builds a deterministic automaton while it reads and
// keeps it for later texts; find() tracks where each match began, which the cached automaton cannot tell.
import { contains, isWordCharacter } from "./character-set.ts";
import type { Program } from "./program.ts";
import type { Assertion } from "./syntax.ts";

/** What stands before or after a position, as far as assertions can tell. */
type Neighbour = "edge" | "newline" | "word" | "other";

/** The end of the text, as the key of a transition. */
const END = -1;
const MAX_CACHED_STATES = 2000;
const MAX_TRANSITIONS_PER_STATE = 256;

interface State {
  readonly threads: readonly number[];
  readonly before: Neighbour;
  readonly transitions: Map<number, State | "match" | "end">;
}

export class Matcher {
  private readonly program: Program;
  private states = new Map<string, State>();

  constructor(program: Program) {
    this.program = program;
  }

  /** Does the expression match anywhere in the text? */
  test(text: string): boolean {
    let state = this.state([this.program.start], "edge");
    for (let index = 0; ;) {
      const codePoint = text.codePointAt(index) ?? END;
      let next = state.transitions.get(codePoint);
      if (next === undefined) {
        next = this.step(state, codePoint);
        if (state.transitions.size < MAX_TRANSITIONS_PER_STATE) state.transitions.set(codePoint, next);
      }
      if (next === "match") return true;
      if (next === "end") return false;
      state = next;
      index += codePoint > 0xffff ? 2 : 1;
    }
  }

  /** The leftmost match at or after an index, preferring what the expression prefers; undefined when there is none. */
  find(text: string, from = 0): { readonly start: number; readonly end: number } | undefined {
    let threads: { readonly at: number; readonly start: number }[] = [];
    let found: { start: number; end: number } | undefined;
    let before = from === 0 ? "edge" : neighbour(text.codePointAt(previousIndex(text, from)) ?? END);
    for (let index = from; ;) {
      const codePoint = text.codePointAt(index) ?? END;
      if (found === undefined) threads.push({ at: this.program.start, start: index });
      const next: typeof threads = [];
      const after = neighbour(codePoint);
      const visited = new Set<number>();
      const added = new Set<number>();
      for (const thread of threads) {
        const closure = this.closure([thread.at], before, after, visited);
        let matched = false;
        for (const at of closure) {
          const instruction = this.program.instructions[at];
          if (instruction?.op === "match") {
            found = { start: thread.start, end: index };
            matched = true;
            break;
          }
          if (
            instruction?.op === "read" &&
            codePoint !== END &&
            contains(instruction.set, codePoint) &&
            !added.has(instruction.next)
          ) {
            added.add(instruction.next);
            next.push({ at: instruction.next, start: thread.start });
          }
        }
        if (matched) break;
      }
      if (codePoint === END || (next.length === 0 && found !== undefined)) return found;
      threads = next;
      before = after;
      index += codePoint > 0xffff ? 2 : 1;
    }
  }

  private step(state: State, codePoint: number): State | "match" | "end" {
    const after = neighbour(codePoint);
    const next = new Set<number>();
    for (const at of this.closure(state.threads, state.before, after, new Set())) {
      const instruction = this.program.instructions[at];
      if (instruction?.op === "match") return "match";
      if (instruction?.op === "read" && codePoint !== END && contains(instruction.set, codePoint))
        next.add(instruction.next);
    }
    if (codePoint === END) return "end";
    next.add(this.program.start);
    return this.state([...next], after);
  }

  private state(threads: readonly number[], before: Neighbour): State {
    const key = `${before} ${threads.join(" ")}`;
    const known = this.states.get(key);
    if (known !== undefined) return known;
    if (this.states.size >= MAX_CACHED_STATES) this.states = new Map();
    const state: State = { threads, before, transitions: new Map() };
    this.states.set(key, state);
    return state;
  }

  /** The reading and matching instructions reachable without reading, in order of preference. */
  private closure(
    threads: readonly number[],
    before: Neighbour,
    after: Neighbour,
    visited: Set<number>,
  ): readonly number[] {
    const reached: number[] = [];
    const pending = [...threads].reverse();
    for (let at = pending.pop(); at !== undefined; at = pending.pop()) {
      if (visited.has(at)) continue;
      visited.add(at);
      const instruction = this.program.instructions[at];
      if (instruction === undefined) continue;
      if (instruction.op === "fork") pending.push(instruction.second, instruction.first);
      else if (instruction.op === "assert") {
        if (holds(instruction.assertion, before, after)) pending.push(instruction.next);
      } else reached.push(at);
    }
    return reached;
  }
}

function neighbour(codePoint: number): Neighbour {
  if (codePoint === END) return "edge";
  if (codePoint === 0x0a) return "newline";
  return isWordCharacter(codePoint) ? "word" : "other";
}

function holds(assertion: Assertion, before: Neighbour, after: Neighbour): boolean {
  switch (assertion) {
    case "textBegin":
      return before === "edge";
    case "textEnd":
      return after === "edge";
    case "lineBegin":
      return before === "edge" || before === "newline";
    case "lineEnd":
      return after === "edge" || after === "newline";
    case "wordBoundary":
      return (before === "word") !== (after === "word");
    case "notWordBoundary":
      return (before === "word") === (after === "word");
  }
}

function previousIndex(text: string, index: number): number {
  const code = text.charCodeAt(index - 1);
  return code >= 0xdc00 && code <= 0xdfff && index > 1 ? index - 2 : index - 1;
}
