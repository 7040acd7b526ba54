/** The real broker as its own process, in front of a simulated model: the runner never sees the model's key. */
import { spawn, type ChildProcess } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { PROJECT, type TestSession } from "./platform.ts";

const MAIN = fileURLToPath(new URL("../../../broker/src/main.ts", import.meta.url));

export class BrokerProcess {
  readonly token = randomBytes(32).toString("base64url");
  readonly url: string;
  readonly #child: ChildProcess;
  readonly #directory: string;

  private constructor(child: ChildProcess, url: string, token: string, directory: string) {
    this.#child = child;
    this.url = url;
    this.token = token;
    this.#directory = directory;
  }

  static async start(
    session: TestSession,
    upstream: string,
    key: string,
    change: Record<string, string> = {},
    integrationSecrets: Record<string, string> = {},
  ): Promise<BrokerProcess> {
    const directory = await mkdtemp(join(tmpdir(), "pilothouse-broker-"));
    const secrets = join(directory, "secrets");
    await mkdir(secrets);
    for (const name of ["ANTHROPIC_API_KEY", "GEMINI_API_KEY", "OPENAI_API_KEY"])
      await writeFile(join(secrets, name), key);
    const integrations = join(directory, "integrations");
    await mkdir(integrations);
    for (const [name, value] of Object.entries(integrationSecrets)) await writeFile(join(integrations, name), value);
    const port = await freePort();
    const token = randomBytes(32).toString("base64url");
    const child = spawn(process.execPath, [MAIN], {
      env: {
        PATH: process.env["PATH"] ?? "",
        POD_IP: "127.0.0.1",
        PILOTHOUSE_BROKER_PORT: String(port),
        PILOTHOUSE_BROKER_TOKEN: token,
        PILOTHOUSE_PROJECT: PROJECT,
        PILOTHOUSE_SESSION_NAME: session.name,
        PILOTHOUSE_SESSION_UID: session.uid,
        PILOTHOUSE_RUNNER_SECRETS_DIR: secrets,
        PILOTHOUSE_INTEGRATION_SECRETS_DIR: integrations,
        PILOTHOUSE_CONFIGURATION_DIR: fileURLToPath(new URL("../../../../deploy/registries", import.meta.url)),
        ANTHROPIC_UPSTREAM_URL: upstream,
        GEMINI_UPSTREAM_URL: upstream,
        OPENAI_UPSTREAM_URL: upstream,
        ...change,
      },
      stdio: ["ignore", "ignore", "inherit"],
    });
    const url = `http://127.0.0.1:${port}`;
    for (let attempt = 0; ; attempt++) {
      const ready = await fetch(`${url}/health`).then(
        (response) => response.ok,
        () => false,
      );
      if (ready) return new BrokerProcess(child, url, token, directory);
      if (attempt > 100) throw new Error("the broker does not answer");
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  async stop(): Promise<void> {
    const exited = new Promise((resolve) => this.#child.once("exit", resolve));
    this.#child.kill("SIGKILL");
    await exited;
    await rm(this.#directory, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}
