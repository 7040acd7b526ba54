// Where expressions are compiled: the variables that they may read, with their types, and the functions that they
// may call. Kubernetes' own limits on the cost of one expression and of one object are here too.
import { type Code, Compiler, type Scope } from "./compiler.ts";
import { CelCompileError, CelEvaluationError } from "./errors.ts";
import { type Bindings, Frame } from "./frame.ts";
import type { FunctionTable } from "./functions.ts";
import { type Functions, mergeFunctions, standardTables } from "./library/index.ts";
import { parseExpression } from "./parser.ts";
import type { CelType } from "./types.ts";
import type { CelValue } from "./values.ts";

/** What one evaluation may cost, in Kubernetes' units (PerCallLimit). */
export const COST_PER_EXPRESSION = 1_000_000;
/** What all expressions over one object may cost (RuntimeCELCostBudget). */
export const COST_PER_OBJECT = 10_000_000;

export interface CompiledExpression {
  readonly source: string;
  readonly type: CelType;
  /** The variables of the environment that it reads. */
  readonly uses: ReadonlySet<string>;
  /**
   * @throws CelEvaluationError when the expression fails on these values
   * @throws CelCostError when it costs more than allowed
   */
  evaluate(bindings: Bindings, costLimit?: number): { readonly value: CelValue; readonly cost: number };
}

const standardFunctions = mergeFunctions(...standardTables);
const MAX_CACHED = 1000;

export class CelEnvironment {
  private readonly variables: ReadonlyMap<string, CelType>;
  private readonly functions: Functions;
  private readonly cache = new Map<string, CompiledExpression>();

  constructor(variables: Readonly<Record<string, CelType>>, libraries: readonly FunctionTable[] = []) {
    this.variables = new Map(Object.entries(variables));
    this.functions = libraries.length === 0 ? standardFunctions : mergeFunctions(...standardTables, ...libraries);
  }

  /**
   * Parses and checks an expression, or takes it from the cache.
   *
   * @throws CelCompileError with every problem and its place
   */
  compile(source: string): CompiledExpression {
    const known = this.cache.get(source);
    if (known !== undefined) return known;
    const compiled = this.compileNew(source);
    if (this.cache.size >= MAX_CACHED) this.cache.clear();
    this.cache.set(source, compiled);
    return compiled;
  }

  private compileNew(source: string): CompiledExpression {
    const compiler = new Compiler(this.functions);
    const lookup: Scope["lookup"] = (name) => {
      const type = this.variables.get(name);
      return type && { type, slot: undefined };
    };
    let code: Code;
    try {
      code = compiler.compile(parseExpression(source), { lookup });
    } catch (error) {
      // Chains such as 1 + 1 + 1 + … nest as deeply as they are long, and the stack has an end.
      if (error instanceof RangeError)
        throw new CelCompileError(source, [{ at: 0, message: "expression is too long" }]);
      throw error;
    }
    if (compiler.issues.length > 0) throw new CelCompileError(source, compiler.issues);
    return {
      source,
      type: compiler.resolve(code.type),
      uses: compiler.used,
      evaluate(bindings, costLimit = COST_PER_EXPRESSION) {
        const frame = new Frame(bindings, costLimit);
        try {
          return { value: code.evaluate(frame), cost: frame.spent };
        } catch (error) {
          // The engine's own limits, such as the length of a string.
          if (error instanceof RangeError) throw new CelEvaluationError(`evaluation failed: ${error.message}`);
          throw error;
        }
      },
    };
  }
}
