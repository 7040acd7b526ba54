// The syntax tree of a regular expression in RE2's dialect, which is what Kubernetes uses for `pattern` and for
// CEL's matches(). Groups leave no trace in it: nothing in Kubernetes asks for captures.
import type { CharacterSet } from "./character-set.ts";

export type Assertion = "textBegin" | "textEnd" | "lineBegin" | "lineEnd" | "wordBoundary" | "notWordBoundary";

export type RegexNode =
  | { readonly kind: "set"; readonly set: CharacterSet }
  | { readonly kind: "assertion"; readonly assertion: Assertion }
  | { readonly kind: "sequence"; readonly parts: readonly RegexNode[] }
  | { readonly kind: "choice"; readonly options: readonly RegexNode[] }
  | {
      readonly kind: "repeat";
      readonly node: RegexNode;
      readonly min: number;
      readonly max: number | undefined;
      readonly greedy: boolean;
    };

/** The expression is not valid RE2. The message reads like that of Go's regexp package. */
export class RegexSyntaxError extends Error {
  override readonly name = "RegexSyntaxError";

  constructor(problem: string, fragment: string) {
    super(`error parsing regexp: ${problem}: \`${fragment}\``);
  }
}
