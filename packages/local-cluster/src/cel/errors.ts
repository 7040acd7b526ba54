// What can go wrong with an expression: it does not compile, it fails on a value, or it costs too much.

export interface CompileIssue {
  /** Offset in the source. */
  readonly at: number;
  readonly message: string;
}

/** The expression is not valid. The message shows each place, as cel-go does. */
export class CelCompileError extends Error {
  override readonly name = "CelCompileError";
  readonly issues: readonly CompileIssue[];

  constructor(source: string, issues: readonly CompileIssue[]) {
    super(issues.map((issue) => showIssue(source, issue)).join("\n"));
    this.issues = issues;
  }
}

/** Evaluation failed on these values. `&&`, `||`, all() and exists() may absorb it. */
export class CelEvaluationError extends Error {
  override readonly name = "CelEvaluationError";
}

/** Evaluation was stopped because it cost more than allowed. Nothing absorbs it. */
export class CelCostError extends Error {
  override readonly name = "CelCostError";

  constructor() {
    super("operation cancelled: actual cost limit exceeded");
  }
}

export function noSuchOverload(): CelEvaluationError {
  return new CelEvaluationError("no such overload");
}

function showIssue(source: string, issue: CompileIssue): string {
  const before = source.slice(0, issue.at);
  const line = before.split("\n").length;
  const lineStart = before.lastIndexOf("\n") + 1;
  const lineEnd = source.indexOf("\n", issue.at);
  const text = source.slice(lineStart, lineEnd < 0 ? undefined : lineEnd);
  const column = Array.from(source.slice(lineStart, issue.at)).length;
  return `ERROR: <input>:${line}:${column + 1}: ${issue.message}\n | ${text}\n | ${".".repeat(column)}^`;
}
