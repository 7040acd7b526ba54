/**
 * Asks a server for everything that its own OpenAPI document describes, rightly and wrongly, and holds its answers
 * against that document: statuses, media types, schemas, headers; that what is wrong is refused and what is right taken.
 */
import { check, codeOf } from "./check.ts";
import { readDocument, type Operation } from "./document.ts";
import { Exchange } from "./exchange.ts";
import { Random } from "./random.ts";
import { Schemas } from "./schema.ts";
import { Values } from "./values.ts";
import { makeWish, type Wish } from "./wish.ts";

export interface FuzzOptions {
  readonly document: unknown;
  readonly base: string;
  readonly requests: number;
  readonly seed: number;
  /** Who asks; undefined = nobody. Named more often, asked as more often. */
  readonly tokens: readonly (string | undefined)[];
  /** Values of path parameters and headers that lead somewhere. */
  readonly known: Readonly<Record<string, readonly string[]>>;
  /** Refusals that no schema can foresee, by their text. */
  readonly excused: readonly RegExp[];
  /** Texts that no answer may hold, beside the tokens. */
  readonly secrets?: readonly string[];
  readonly skip?: (operation: Operation) => boolean;
  /** Of what is asked a second look, before it is sent: true leaves it out. */
  readonly spare?: (wish: Wish) => boolean;
  /** Milliseconds that an answer may take. */
  readonly patience?: number;
}

export interface Finding {
  readonly problem: string;
  readonly request: string;
  readonly answer: string;
}

export interface FuzzReport {
  readonly requests: number;
  readonly faulty: number;
  /** How often each status came, per kind of request: `right 200`, `wrong 400`. */
  readonly statuses: ReadonlyMap<string, number>;
  /** How often each code came for a request that is right by the document. */
  readonly refusals: ReadonlyMap<string, number>;
  /** Operations that answered 2xx at least once. */
  readonly reached: ReadonlySet<string>;
  readonly operations: number;
  readonly findings: readonly Finding[];
}

const WIDTH = 6;

export async function fuzz(options: FuzzOptions): Promise<FuzzReport> {
  const { document, base, requests, seed, tokens, known, patience = 20_000, spare = () => false } = options;
  const read = readDocument(document);
  const operations = read.operations.filter((operation) => options.skip?.(operation) !== true);
  const schemas = new Schemas(read.schemas);
  const random = new Random(seed);
  const sources = { random, schemas, values: new Values(random, schemas), known };
  const secrets = [...(options.secrets ?? []), ...tokens.filter((token) => token !== undefined)];
  const checks = { schemas, secrets, excused: options.excused };
  const exchange = new Exchange(base);
  const findings: Finding[] = [];
  const statuses = new Map<string, number>();
  const refusals = new Map<string, number>();
  const reached = new Set<string>();
  let sent = 0;
  let faulty = 0;

  const next = (): Wish => {
    for (;;) {
      const operation = operations[sent % operations.length] ?? random.pick(operations);
      const wish = makeWish(operation, random.chance(0.5), sources);
      if (wish === undefined || spare(wish)) {
        sent += wish === undefined ? 0 : 1;
        continue;
      }
      sent += 1;
      return wish;
    }
  };
  const askOne = async (): Promise<void> => {
    const wish = next();
    const token = random.pick(tokens);
    if (wish.fault !== undefined) faulty += 1;
    const request = `${wish.method} ${wish.path} ${JSON.stringify(wish.headers)} ${wish.body ?? ""}`.slice(0, 1500);
    try {
      const answer = await exchange.ask(wish, token, patience);
      const kind = wish.fault === undefined ? "right" : "wrong";
      increment(statuses, `${kind} ${answer.status}`);
      if (wish.fault === undefined && answer.status >= 400)
        increment(refusals, `${answer.status} ${codeOf(answer.text)}`);
      if (answer.status < 300) reached.add(`${wish.method} ${wish.operation.path}`);
      for (const problem of check(wish, token, answer, checks)) {
        findings.push({ problem, request, answer: `${answer.status} ${answer.text.slice(0, 600)}` });
      }
    } catch (error) {
      findings.push({ problem: "there was no answer", request, answer: String(error) });
    }
  };
  const lane = async (): Promise<void> => {
    for (;;) {
      if (sent >= requests) return;
      await askOne();
    }
  };
  try {
    await Promise.all(Array.from({ length: WIDTH }, lane));
  } finally {
    exchange.close();
  }
  return { requests: sent, faulty, statuses, refusals, reached, operations: operations.length, findings };
}

function increment(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}
