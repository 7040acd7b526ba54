/** A real broker between a client and an upstream, with secrets in files as Kubernetes mounts them. */
import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { RequestListener } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { StartOptions } from "../src/index.ts";
import { readConfiguration, startBroker } from "../src/index.ts";

export const TOKEN = "broker-token-3f9a1c77e2";
export const KEY = "sk-ant-canary+/=key-0123456789";

export const PRICES = {
  version: 1,
  currency: "USD",
  prices: [
    {
      model: "claude-test*",
      inputPerMillion: 1,
      outputPerMillion: 10,
      cacheReadPerMillion: 0.1,
      cacheWritePerMillion: 2,
    },
    { model: "claude-dear", inputPerMillion: 100, outputPerMillion: 1000 },
  ],
};

export interface TestBroker extends AsyncDisposable {
  readonly url: string;
  /** All log lines so far. */
  readonly log: () => string;
  readonly setSecret: (name: string, value: string | undefined) => Promise<void>;
  readonly writePrices: (content: string) => Promise<void>;
  readonly get: (path: string) => Promise<Response>;
}

/** Secret volumes are links into a folder that is replaced as a whole (kubelet's atomic writer). */
async function publish(directory: string, files: Readonly<Record<string, string>>, version: number): Promise<void> {
  const data = join(directory, `..v${version}`);
  await mkdir(data, { recursive: true });
  for (const [name, value] of Object.entries(files)) {
    await writeFile(join(data, name), value);
    await symlink(join("..data", name), join(directory, name)).catch(() => {});
  }
  await symlink(`..v${version}`, join(directory, "..data_tmp"));
  await rename(join(directory, "..data_tmp"), join(directory, "..data"));
}

export async function startTestBroker(
  environment: Readonly<Record<string, string>>,
  secrets: Readonly<Record<string, string>> = { ANTHROPIC_API_KEY: KEY },
  integrations: Readonly<Record<string, string>> = {},
  options: Omit<StartOptions, "logDestination"> = {},
): Promise<TestBroker> {
  const root = await mkdtemp(join(tmpdir(), "broker-"));
  const [runner, integration, configuration] = ["runner", "integration", "configuration"].map((name) =>
    join(root, name),
  ) as [string, string, string];
  for (const directory of [runner, integration, configuration]) await mkdir(directory);
  const current = { ...secrets };
  let version = 0;
  await publish(runner, current, version);
  await publish(integration, integrations, 0);
  await writeFile(join(configuration, "prices.json"), JSON.stringify(PRICES));
  let log = "";
  const broker = await startBroker(
    readConfiguration({
      POD_IP: "127.0.0.1",
      PILOTHOUSE_BROKER_PORT: "0",
      PILOTHOUSE_BROKER_TOKEN: TOKEN,
      PILOTHOUSE_PROJECT: "team-a",
      PILOTHOUSE_SESSION_NAME: "fix-login",
      PILOTHOUSE_SESSION_UID: "uid-1",
      PILOTHOUSE_RUNNER_SECRETS_DIR: runner,
      PILOTHOUSE_INTEGRATION_SECRETS_DIR: integration,
      PILOTHOUSE_CONFIGURATION_DIR: configuration,
      ...environment,
    }),
    { logDestination: { write: (line: string) => void (log += line) }, ...options },
  );
  return {
    url: broker.url,
    log: () => log,
    async setSecret(name, value) {
      if (value === undefined) delete current[name];
      else current[name] = value;
      version += 1;
      await publish(runner, current, version);
    },
    writePrices: (content) => writeFile(join(configuration, "prices.json"), content),
    get: (path) => fetch(broker.url + path, { headers: { authorization: `Bearer ${TOKEN}` } }),
    async [Symbol.asyncDispose]() {
      await broker.stop();
      await rm(root, { recursive: true, force: true });
    },
  };
}

export interface Upstream extends AsyncDisposable {
  readonly url: string;
}

export async function startUpstream(listener: RequestListener): Promise<Upstream> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no address");
  return {
    url: `http://127.0.0.1:${address.port}`,
    async [Symbol.asyncDispose]() {
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
    },
  };
}
