/** The broker's environment, checked once at start. */
import { join } from "node:path";
import { Budget, Usage } from "@pilothouse/contracts/resources/agentic-session";
import { BrokerEnvironment } from "@pilothouse/contracts/runner/environment";
import { parseGitHosts, type GitHost } from "@pilothouse/contracts/runner/git-hosts";
import { z } from "zod";
import { BrokerError } from "./errors.ts";
import type { ProviderName } from "./providers/provider.ts";

const SpentBefore = Usage.partial().extend({ turns: z.int().min(0).optional() });

export interface BrokerConfiguration {
  readonly host: string;
  readonly port: number;
  readonly token: string;
  readonly project: string;
  readonly session: { readonly name: string; readonly uid: string };
  readonly runnerSecretsDirectory: string;
  readonly integrationSecretsDirectory: string | undefined;
  readonly projectConfigurationDirectory: string | undefined;
  readonly pricesFile: string | undefined;
  readonly budget: Budget;
  readonly spent: z.infer<typeof SpentBefore>;
  readonly gitHosts: readonly GitHost[];
  /** Host names that the agent may reach through the egress proxy; `*.example.com` takes in all below. */
  readonly egressHosts: readonly string[];
  /** Hosts of the installation's own network that a project's integrations may lead to, as in `egressHosts`. */
  readonly integrationHosts: readonly string[];
  readonly upstreams: Readonly<Record<ProviderName, string>>;
  readonly requestsPerMinute: number;
  readonly maxRequestBytes: number;
  readonly logLevel: string;
}

function invalid(name: string, reason: string): BrokerError {
  return new BrokerError("CONFIGURATION_INVALID", `environment of the broker: ${name}: ${reason}`);
}

function check<T>(schema: z.ZodType<T>, value: unknown, name?: string): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const path = issue?.path.join(".") ?? "";
  const named = [name, path].filter((part) => part !== undefined && part !== "").join(".");
  throw invalid(named, issue?.message ?? "not valid");
}

function json(text: string | undefined, name: string): unknown {
  if (text === undefined || text.trim() === "") return {};
  try {
    return JSON.parse(text);
  } catch {
    throw invalid(name, "is not JSON");
  }
}

function upstream(value: string, name: string): string {
  const url = URL.canParse(value) ? new URL(value) : undefined;
  if (!url || !["http:", "https:"].includes(url.protocol))
    throw invalid(name, `${value} is not an http or https address`);
  if (url.username !== "" || url.search !== "" || url.hash !== "") {
    throw invalid(name, "must hold neither credentials nor a query");
  }
  return url.origin + url.pathname.replace(/\/+$/, "");
}

function hostList(text: string): string[] {
  return text
    .split(/[\s,]+/)
    .filter((host) => host !== "")
    .map((host) => host.toLowerCase());
}

function gitHostList(text: string): GitHost[] {
  const parsed = parseGitHosts(text);
  const [bad] = parsed.invalid;
  if (bad !== undefined) throw invalid("PILOTHOUSE_GIT_HOSTS", `${bad} is not a host`);
  return parsed.hosts;
}

/** @throws BrokerError CONFIGURATION_INVALID that names the variable */
export function readConfiguration(environment: NodeJS.ProcessEnv): BrokerConfiguration {
  const given = check(BrokerEnvironment, environment);
  const directory = given.PILOTHOUSE_CONFIGURATION_DIR;
  return {
    host: given.POD_IP,
    port: given.PILOTHOUSE_BROKER_PORT,
    token: given.PILOTHOUSE_BROKER_TOKEN,
    project: given.PILOTHOUSE_PROJECT,
    session: { name: given.PILOTHOUSE_SESSION_NAME, uid: given.PILOTHOUSE_SESSION_UID },
    runnerSecretsDirectory: given.PILOTHOUSE_RUNNER_SECRETS_DIR,
    integrationSecretsDirectory: given.PILOTHOUSE_INTEGRATION_SECRETS_DIR,
    projectConfigurationDirectory: given.PILOTHOUSE_PROJECT_CONFIGURATION_DIR,
    pricesFile: directory === undefined ? undefined : join(directory, "prices.json"),
    budget: check(Budget, json(given.PILOTHOUSE_BUDGET, "PILOTHOUSE_BUDGET"), "PILOTHOUSE_BUDGET"),
    spent: check(SpentBefore, json(given.PILOTHOUSE_SPENT, "PILOTHOUSE_SPENT"), "PILOTHOUSE_SPENT"),
    gitHosts: gitHostList(given.PILOTHOUSE_GIT_HOSTS),
    egressHosts: hostList(given.PILOTHOUSE_EGRESS_HOSTS),
    integrationHosts: hostList(given.PILOTHOUSE_INTEGRATION_HOSTS),
    upstreams: {
      anthropic: upstream(given.ANTHROPIC_UPSTREAM_URL, "ANTHROPIC_UPSTREAM_URL"),
      gemini: upstream(given.GEMINI_UPSTREAM_URL, "GEMINI_UPSTREAM_URL"),
      openai: upstream(given.OPENAI_UPSTREAM_URL, "OPENAI_UPSTREAM_URL"),
    },
    requestsPerMinute: given.PILOTHOUSE_MAX_REQUESTS_PER_MINUTE,
    maxRequestBytes: given.PILOTHOUSE_MAX_REQUEST_BYTES,
    logLevel: given.PILOTHOUSE_LOG_LEVEL,
  };
}
