import { generateKeyPairSync } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { silentLogger } from "@pilothouse/kubernetes";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { loadConfiguration } from "./configuration.ts";
import { RegistryLoader } from "./registries.ts";

let folder: string;
let jwks: string;
const { publicKey, privateKey } = generateKeyPairSync("ed25519");

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "pilothouse-configuration-"));
  jwks = join(folder, "jwks.json");
  await writeFile(jwks, JSON.stringify({ keys: [publicKey.export({ format: "jwk" })] }));
});
afterEach(async () => rm(folder, { recursive: true, force: true }));

const needed = (): string[] => [
  "--backend-url",
  "http://127.0.0.1:8080/",
  "--backend-jwks-file",
  jwks,
  "--broker-image",
  "broker:1",
];

describe("the configuration", () => {
  it("comes from flags, then the environment, then defaults", async () => {
    const environment = {
      PILOTHOUSE_HEALTH_PORT: "9000",
      PILOTHOUSE_RETRY_LIMIT: "7",
      ANTHROPIC_UPSTREAM_URL: "http://127.0.0.1:1",
    };
    const configuration = await loadConfiguration(
      [...needed(), "--retry-limit", "2", "--node-selector", "pool=agents,arch=arm64"],
      environment,
    );
    expect(configuration).toMatchObject({
      backendUrl: "http://127.0.0.1:8080",
      health: { port: 9000 },
      lifecycle: { retryLimit: 2, startupDeadlineMilliseconds: 600_000 },
      pod: { nodeSelector: { pool: "agents", arch: "arm64" } },
      upstreams: { anthropic: "http://127.0.0.1:1" },
    });
  });

  it.each([
    ["an unknown flag", ["--colour", "red"], /Known flags: .*--backend-url/],
    ["a port that is none", ["--health-port", "70000"], /--health-port/],
    ["a pair that is none", ["--node-selector", "agents"], /--node-selector: agents is not of the form name=value/],
    [
      "a toleration that is none",
      ["--tolerations", "a=b:Sometimes"],
      /--tolerations: a=b:Sometimes is not of the form/,
    ],
    [
      "a host that is none",
      ["--git-hosts", "https://github.com/x"],
      /--git-hosts: https:\/\/github.com\/x is not a host/,
    ],
    [
      "certificates that are none",
      ["--integration-ca-file", "/dev/null"],
      /--integration-ca-file: .* holds no certificate/,
    ],
    ["an address that is none", ["--backend-url", "nowhere"], /--backend-url/],
  ])("with %s is refused", async (_, args, message) => {
    await expect(loadConfiguration([...needed(), ...args], {})).rejects.toMatchObject({
      code: "CONFIGURATION_INVALID",
      message: expect.stringMatching(message),
    });
  });

  it("reads where pods run and what brokers let through", async () => {
    const configuration = await loadConfiguration(
      [
        ...needed(),
        "--tolerations=pool=agents:NoSchedule, spot",
        "--runtime-class=gvisor",
        "--git-hosts=github.com,http://git.example.com:8443",
        "--egress-hosts=*.pypi.org",
        "--max-requests-per-minute=30",
        "--integration-allowed-hosts=gitlab.corp,10.0.0.7:8443",
      ],
      {},
    );
    expect(configuration.pod).toMatchObject({
      runtimeClass: "gvisor",
      tolerations: [
        { key: "pool", operator: "Equal", value: "agents", effect: "NoSchedule" },
        { key: "spot", operator: "Exists" },
      ],
      gitHosts: "github.com,http://git.example.com:8443",
      broker: { egressHosts: "*.pypi.org", requestsPerMinute: 30, maxRequestBytes: undefined },
    });
    expect(configuration.integrations.allowedHosts).toEqual(["gitlab.corp", "10.0.0.7:8443"]);
    expect(configuration.modelsFile).toBe("/config/registry/models.json");
  });

  it("names everything that is missing at once", async () => {
    await expect(loadConfiguration([], {})).rejects.toThrow(/--backend-url: .*--backend-jwks-file: .*--broker-image: /);
  });

  it("does not hand a private key to every pod", async () => {
    await writeFile(jwks, JSON.stringify({ keys: [privateKey.export({ format: "jwk" })] }));
    await expect(loadConfiguration(needed(), {})).rejects.toThrow(/holds a private key/);
  });
});

describe("a registry", () => {
  it("that breaks keeps its last good copy, and says so", async () => {
    let now = 0;
    const files = { agents: join(folder, "agents.json"), models: join(folder, "models.json") };
    await writeFile(files.agents, "[]");
    const models = {
      version: 1,
      defaultModel: "m",
      providerDefaults: {},
      models: [{ id: "m", label: "M", provider: "p" }],
    };
    await writeFile(files.models, JSON.stringify(models));
    const loader = new RegistryLoader(files, silentLogger, () => now);
    expect((await loader.read()).models.defaultModel).toBe("m");
    await writeFile(files.models, "{");
    now = 60_000;
    expect((await loader.read()).models.defaultModel).toBe("m");
    expect(loader.problems).toEqual([expect.stringContaining("models.json")]);
    await writeFile(files.models, JSON.stringify({ ...models, version: 2 }));
    now = 120_000;
    expect((await loader.read()).models.version).toBe(2);
    expect(loader.problems).toEqual([]);
  });

  it("that was never good is an error", async () => {
    const loader = new RegistryLoader({ agents: join(folder, "none"), models: join(folder, "none") }, silentLogger);
    await expect(loader.read()).rejects.toMatchObject({ code: "REGISTRY_INVALID" });
  });
});
