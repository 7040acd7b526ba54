// Builds each image's folder as its Dockerfile says, and starts the program from there: nothing of the tree around it helps.
import { type ChildProcess, spawn } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { readFileSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, it } from "vitest";
import { parseDockerfile, wholeStage } from "./dockerfile.ts";
import { buildStage, readIgnored } from "./enact.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const stages = parseDockerfile(readFileSync(new URL("Dockerfile", import.meta.url), "utf8"));
const MINUTES = 60_000;

let folder = "";
const children = new Set<ChildProcess>();

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "pilothouse-images-"));
  const { privateKey, publicKey } = generateKeyPairSync("ed25519");
  await writeFile(join(folder, "signing.pem"), privateKey.export({ type: "pkcs8", format: "pem" }));
  await writeFile(join(folder, "jwks.json"), JSON.stringify({ keys: [publicKey.export({ format: "jwk" })] }));
  await writeFile(join(folder, "kubeconfig"), KUBECONFIG);
  await mkdir(join(folder, "data"));
});
afterAll(async () => {
  await Promise.all([...children].map(async (child) => ended(child)));
  await rm(folder, { recursive: true, force: true });
});

/** A Kubernetes API that nobody answers for: the programs must start all the same, and say so. */
const KUBECONFIG = `
apiVersion: v1
kind: Config
clusters: [{ name: none, cluster: { server: "http://127.0.0.1:9" } }]
users: [{ name: none, user: { token: none } }]
contexts: [{ name: none, context: { cluster: none, user: none } }]
current-context: none
`;

interface Started {
  readonly child: ChildProcess;
  readonly output: () => string;
}

async function start(target: string, environment: Record<string, string>, args: string[] = []): Promise<Started> {
  const ignored = await readIgnored(fileURLToPath(new URL("Dockerfile.dockerignore", import.meta.url)));
  const built = await buildStage({ stages, context: ROOT, ignored, into: folder }, target);
  const argv = wholeStage(stages, target).findLast((step) => step.kind === "entrypoint")?.argv ?? [];
  // tini stays out: it is a package of the distribution.
  const child = spawn(process.execPath, [...argv.slice(argv.indexOf("node") + 1), ...args], {
    cwd: join(built.root, "app"),
    env: { PATH: process.env["PATH"] ?? "", ...built.environment, ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  children.add(child);
  let output = "";
  child.stdout?.on("data", (chunk: Buffer) => (output += chunk.toString()));
  child.stderr?.on("data", (chunk: Buffer) => (output += chunk.toString()));
  return { child, output: () => output };
}

async function answer({ child, output }: Started, url: string): Promise<Response> {
  for (const until = Date.now() + MINUTES; Date.now() < until;) {
    if (child.exitCode !== null) break;
    const response = await fetch(url).catch(() => undefined);
    if (response !== undefined && response.status !== 503) return response;
    await response?.body?.cancel();
    await new Promise((resolve) => {
      setTimeout(resolve, 100);
    });
  }
  throw new Error(`${url} was not answered:\n${output().slice(-4000)}`);
}

async function ended(child: ChildProcess): Promise<number | null> {
  children.delete(child);
  if (child.exitCode !== null) return child.exitCode;
  const exit = new Promise<number | null>((resolve) => {
    child.once("exit", resolve);
  });
  child.kill("SIGTERM");
  return exit;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (typeof address !== "object" || address === null) throw new Error("no port");
  return address.port;
}

it(
  "the backend starts",
  async () => {
    const port = await freePort();
    const backend = await start("backend", {
      HOST: "127.0.0.1",
      PORT: String(port),
      KUBERNETES_API_URL: "http://127.0.0.1:9",
      DATA_DIR: join(folder, "data"),
      SIGNING_KEY_FILE: join(folder, "signing.pem"),
      AGENT_REGISTRY_FILE: join(ROOT, "deploy/registries/agent-registry.json"),
      MODELS_FILE: join(ROOT, "deploy/registries/models.json"),
    });
    expect(await (await answer(backend, `http://127.0.0.1:${port}/health`)).json()).toEqual({ status: "healthy" });
    expect(await ended(backend.child)).toBe(0);
  },
  5 * MINUTES,
);

it(
  "the operator starts",
  async () => {
    const port = await freePort();
    const flags = {
      kubeconfig: join(folder, "kubeconfig"),
      "backend-url": "http://127.0.0.1:9",
      "backend-jwks-file": join(folder, "jwks.json"),
      "broker-image": "pilothouse/broker:0.1.0",
      "agent-registry-file": join(ROOT, "deploy/registries/agent-registry.json"),
      "models-file": join(ROOT, "deploy/registries/models.json"),
      "health-port": String(port),
    };
    const args = Object.entries(flags).map(([name, value]) => `--${name}=${value}`);
    const operator = await start("operator", {}, args);
    expect((await answer(operator, `http://127.0.0.1:${port}/health`)).status).toBe(200);
    expect(await ended(operator.child)).toBe(0);
  },
  5 * MINUTES,
);

it(
  "the public API starts",
  async () => {
    const port = await freePort();
    const environment = { HOST: "127.0.0.1", PORT: String(port), BACKEND_URL: "http://127.0.0.1:9" };
    const publicApi = await start("public-api", environment);
    expect((await answer(publicApi, `http://127.0.0.1:${port}/health`)).status).toBe(200);
    expect(await ended(publicApi.child)).toBe(0);
  },
  5 * MINUTES,
);

it(
  "the broker starts",
  async () => {
    const port = await freePort();
    const broker = await start("broker", {
      POD_IP: "127.0.0.1",
      PILOTHOUSE_BROKER_PORT: String(port),
      PILOTHOUSE_BROKER_TOKEN: "a-token-of-this-test",
      PILOTHOUSE_PROJECT: "blue",
      PILOTHOUSE_SESSION_NAME: "one",
      PILOTHOUSE_SESSION_UID: "0",
      PILOTHOUSE_RUNNER_SECRETS_DIR: join(folder, "data"),
    });
    expect((await answer(broker, `http://127.0.0.1:${port}/health`)).status).toBe(200);
    expect(await ended(broker.child)).toBe(0);
  },
  5 * MINUTES,
);

it(
  "the runner starts, and says that it cannot read its session",
  async () => {
    const message = join(folder, "termination-log");
    await writeFile(join(folder, "token"), "none");
    const { child } = await start("runner", {
      RUNNER_TYPE: "claude-agent-sdk",
      POD_IP: "127.0.0.1",
      PILOTHOUSE_RUNNER_PORT: "0",
      PILOTHOUSE_PROJECT: "blue",
      PILOTHOUSE_SESSION_NAME: "one",
      PILOTHOUSE_SESSION_UID: "0",
      PILOTHOUSE_WORKSPACE_DIR: join(folder, "data"),
      PILOTHOUSE_KUBERNETES_API_URL: "http://127.0.0.1:9",
      PILOTHOUSE_TOKEN_FILE: join(folder, "token"),
      PILOTHOUSE_CA_FILE: join(folder, "token"),
      PILOTHOUSE_BACKEND_URL: "http://127.0.0.1:9",
      PILOTHOUSE_BACKEND_JWKS: readFileSync(join(folder, "jwks.json"), "utf8"),
      PILOTHOUSE_BROKER_URL: "http://127.0.0.1:9",
      PILOTHOUSE_BROKER_TOKEN: "a-token-of-this-test",
      PILOTHOUSE_TERMINATION_MESSAGE_FILE: message,
    });
    const code = await new Promise<number | null>((resolve) => {
      child.once("exit", resolve);
    });
    expect(code).toBe(2);
    expect(readFileSync(message, "utf8")).toContain("blue/one");
  },
  5 * MINUTES,
);

it(
  "the web interface is built and starts",
  async () => {
    const port = await freePort();
    const frontend = await start("frontend", {
      HOSTNAME: "127.0.0.1",
      PORT: String(port),
      PILOTHOUSE_BACKEND_URL: "http://127.0.0.1:9",
      PILOTHOUSE_COOKIE_KEY_FILE: join(folder, "cookie.key"),
    });
    expect((await answer(frontend, `http://127.0.0.1:${port}/ready`)).status).toBe(200);
    const page = await answer(frontend, `http://127.0.0.1:${port}/login`);
    expect(page.status).toBe(200);
    expect(await page.text()).toContain("Pilothouse");
    expect(await ended(frontend.child)).toBe(0);
  },
  10 * MINUTES,
);
