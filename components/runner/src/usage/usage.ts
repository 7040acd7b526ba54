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
  readonly costUsd?: number;
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
  totals: Usage,
  byModel: z
    .union([z.record(z.string(), Account), z.array(Account.and(z.looseObject({ model: z.string() })))])
    .default({}),
  budget: BudgetReport.nullish(),
});

interface Reading {
  readonly totals: Usage;
  readonly byModel: ReadonlyMap<string, Usage>;
  readonly budgetExceeded: string | undefined;
}

export interface BrokerUsageOptions {
  readonly url: string;
  readonly token: string;
  /** Spent by former attempts, from the session's status; used until the broker answers. */
  readonly initial: Usage | undefined;
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

  constructor(options: BrokerUsageOptions) {
    this.#options = options;
    this.#totals = options.initial;
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
    if (known !== undefined) await this.#request("PUT", "/usage/minimum", known).catch(this.#options.onProblem);
    await this.#read();
  }

  async settle(outcome: RunOutcome): Promise<Spent> {
    const before = this.#last;
    const now = await this.#read();
    if (now === undefined) return this.#fromFramework(outcome);
    const usage = [...now.byModel].flatMap(([model, after]) =>
      tokenUsage(model, difference(after, before?.byModel.get(model))),
    );
    return { usage, costUsd: rounded(now.totals.costUsd - (before?.totals.costUsd ?? 0)) };
  }

  async #read(): Promise<Reading | undefined> {
    try {
      const report = UsageReport.parse(await this.#request("GET", "/usage"));
      this.#last = { totals: report.totals, byModel: models(report.byModel), budgetExceeded: exceeded(report.budget) };
      this.#totals = report.totals;
      return this.#last;
    } catch (error) {
      this.#options.onProblem(error);
      return undefined;
    }
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
    const sum = (pick: (entry: TokenUsage) => number | undefined): number =>
      usage.reduce((total, entry) => total + (pick(entry) ?? 0), 0);
    const former = this.#totals ?? Usage.parse({});
    this.#totals = {
      inputTokens: former.inputTokens + sum((entry) => entry.inputTokens),
      outputTokens: former.outputTokens + sum((entry) => entry.outputTokens),
      cachedTokens: former.cachedTokens + sum((entry) => entry.cachedInputTokens),
      costUsd: rounded(former.costUsd + (outcome.costUsd ?? 0)),
    };
    return { usage, ...(outcome.costUsd === undefined ? {} : { costUsd: rounded(outcome.costUsd) }) };
  }
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
