/**
 * What runs cost. The broker counts on the wire, where nothing is missed; a framework's own numbers stand in when the
 * broker does not answer. What was spent since the last run's end belongs to the run that ends now.
 */
import { Usage } from "@pilothouse/contracts/resources/agentic-session";
import type { TokenUsage } from "@ag-ui/core";
import { z } from "zod";
import type { RunOutcome } from "../bridges/bridge.ts";

export interface Spent {
  readonly usage?: readonly TokenUsage[];
  /** Absent when it is not known. */
  readonly costUsd?: number;
  /** Models that ran and have no price: the session's totals hold what the broker assumes for them. */
  readonly unpricedModels?: readonly string[];
}

export interface UsageSource {
  /** What the run that ends now has spent. Never rejects. */
  settle(outcome: RunOutcome): Promise<Spent>;
  /** Of the whole session, all attempts; undefined = nothing is known yet. */
  readonly totals: Usage | undefined;
  /** Which budget is used up, as a sentence. */
  readonly budgetExceeded: string | undefined;
}

const Account = Usage.partial().loose();
const BudgetReport = z.looseObject({ exceeded: z.union([z.string(), z.boolean(), z.null()]).optional() });

/** `GET /usage` of the broker, as far as the runner needs it. */
const UsageReport = z.looseObject({
  /** Another one when the broker was started anew. */
  instance: z.string().optional(),
  turns: z.int().min(0).default(0),
  totals: Usage,
  byModel: z
    .union([z.record(z.string(), Account), z.array(Account.and(z.looseObject({ model: z.string() })))])
    .default({}),
  /** Of all the models that the broker has seen. */
  unpricedModels: z.array(z.string()).default([]),
  budget: BudgetReport.nullish(),
});

interface Reading {
  readonly instance: string | undefined;
  readonly totals: Usage;
  readonly byModel: ReadonlyMap<string, Usage>;
  readonly unpriced: ReadonlySet<string>;
  readonly budgetExceeded: string | undefined;
}

export interface BrokerUsageOptions {
  readonly url: string;
  readonly token: string;
  /** Spent by former attempts, from the session's status; used until the broker answers. */
  readonly initial: Usage | undefined;
  /** Answers of models in former attempts, which the session's status does not tell. */
  readonly initialTurns: number;
  /** Told of the answers so far, for the next attempt. */
  readonly onTurns: (turns: number) => void;
  readonly onProblem: (error: unknown) => void;
  /** Default: the global one. */
  readonly fetch?: typeof globalThis.fetch;
  /** Milliseconds. Default 2000. */
  readonly timeout?: number;
}

export class BrokerUsage implements UsageSource {
  readonly #options: BrokerUsageOptions;
  #last: Reading | undefined;
  #totals: Usage | undefined;
  #turns: number;

  constructor(options: BrokerUsageOptions) {
    this.#options = options;
    this.#totals = options.initial;
    this.#turns = options.initialTurns;
  }

  get totals(): Usage | undefined {
    return this.#totals;
  }

  get budgetExceeded(): string | undefined {
    return this.#last?.budgetExceeded;
  }

  /**
   * Takes what was spent before the first run as the point to count from. A broker that was started anew is told what is
   * known to have been spent, so that a budget is not begun again.
   */
  async start(): Promise<void> {
    const known = this.#totals;
    if (known !== undefined) await this.#remind(known).catch(this.#options.onProblem);
    await this.#read();
  }

  async settle(outcome: RunOutcome): Promise<Spent> {
    const before = this.#last;
    const formerCost = this.#totals?.costUsd ?? 0;
    const now = await this.#read();
    if (now === undefined) return this.#fromFramework(outcome);
    // What a broker counted before it was started anew is in the totals, and no longer in the accounts of models.
    const accounts = before?.instance === now.instance ? before?.byModel : undefined;
    const usage = [...now.byModel].flatMap(([model, after]) =>
      tokenUsage(model, difference(after, accounts?.get(model))),
    );
    const unpricedModels = usage.flatMap(({ model = "" }) => (now.unpriced.has(model) ? [model] : []));
    // An assumed price serves the budget. Told as a cost it would be wrong.
    if (unpricedModels.length > 0) return { usage, unpricedModels };
    return { usage, costUsd: rounded(now.totals.costUsd - formerCost) };
  }

  async #read(): Promise<Reading | undefined> {
    try {
      let report = UsageReport.parse(await this.#request("GET", "/usage"));
      const restarted = this.#last !== undefined && this.#last.instance !== report.instance;
      if (restarted && this.#totals !== undefined) {
        // It began with what was spent before this attempt: the rest counts on top of what it knows since.
        report = UsageReport.parse(
          await this.#remind(sum(this.#totals, newlySpent(report)), this.#turns + requests(report)),
        );
      }
      this.#last = {
        instance: report.instance,
        totals: report.totals,
        byModel: models(report.byModel),
        unpriced: new Set(report.unpricedModels),
        budgetExceeded: exceeded(report.budget),
      };
      this.#totals = report.totals;
      if (report.turns !== this.#turns) this.#options.onTurns(report.turns);
      this.#turns = report.turns;
      return this.#last;
    } catch (error) {
      this.#options.onProblem(error);
      return undefined;
    }
  }

  async #remind(known: Usage, turns = this.#turns): Promise<unknown> {
    return this.#request("PUT", "/usage/minimum", { ...known, turns });
  }

  async #request(method: "GET" | "PUT", path: string, body?: unknown): Promise<unknown> {
    const { url, token, timeout = 2000, fetch = globalThis.fetch } = this.#options;
    const response = await fetch(`${url}${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(timeout),
    });
    if (!response.ok) throw new Error(`broker: ${method} ${path} answered ${response.status}`);
    return response.json();
  }

  #fromFramework(outcome: RunOutcome): Spent {
    const usage = outcome.usage ?? [];
    const total = (pick: (entry: TokenUsage) => number | undefined): number =>
      usage.reduce((all, entry) => all + (pick(entry) ?? 0), 0);
    this.#totals = sum(this.#totals ?? Usage.parse({}), {
      inputTokens: total((entry) => entry.inputTokens),
      outputTokens: total((entry) => entry.outputTokens),
      cachedTokens: total((entry) => entry.cachedInputTokens),
      costUsd: outcome.costUsd ?? 0,
    });
    return { usage, ...(outcome.costUsd === undefined ? {} : { costUsd: rounded(outcome.costUsd) }) };
  }
}

/** What a broker has counted itself since it began. */
function newlySpent(report: z.infer<typeof UsageReport>): Usage {
  return [...models(report.byModel).values()].reduce(sum, Usage.parse({}));
}

function requests(report: z.infer<typeof UsageReport>): number {
  return typeof report["requests"] === "number" ? report["requests"] : 0;
}

function sum(a: Usage, b: Usage): Usage {
  return {
    inputTokens: a.inputTokens + b.inputTokens,
    outputTokens: a.outputTokens + b.outputTokens,
    cachedTokens: a.cachedTokens + b.cachedTokens,
    costUsd: rounded(a.costUsd + b.costUsd),
  };
}

type ByModel = z.infer<typeof UsageReport>["byModel"];

function models(byModel: ByModel): Map<string, Usage> {
  const entries = Array.isArray(byModel)
    ? byModel.map((entry) => [entry.model, entry] as const)
    : Object.entries(byModel);
  return new Map(entries.map(([model, account]) => [model, Usage.parse(account)] as const));
}

function difference(after: Usage, before: Usage | undefined): Usage {
  if (before === undefined) return after;
  return {
    inputTokens: Math.max(0, after.inputTokens - before.inputTokens),
    outputTokens: Math.max(0, after.outputTokens - before.outputTokens),
    cachedTokens: Math.max(0, after.cachedTokens - before.cachedTokens),
    costUsd: Math.max(0, after.costUsd - before.costUsd),
  };
}

function tokenUsage(model: string, spent: Usage): TokenUsage[] {
  if (spent.inputTokens + spent.outputTokens + spent.cachedTokens === 0) return [];
  return [
    {
      model,
      inputTokens: spent.inputTokens,
      outputTokens: spent.outputTokens,
      totalTokens: spent.inputTokens + spent.outputTokens,
      cachedInputTokens: spent.cachedTokens,
    },
  ];
}

function exceeded(budget: z.infer<typeof BudgetReport> | null | undefined): string | undefined {
  const value = budget?.exceeded;
  if (typeof value === "string" && value !== "") return value;
  return value === true ? "the session's budget is used up" : undefined;
}

/** Sums of floating-point money grow tails; a millionth of a cent is enough. */
function rounded(value: number): number {
  return Math.max(0, Math.round(value * 1e8) / 1e8);
}
