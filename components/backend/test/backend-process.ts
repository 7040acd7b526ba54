/** The backend as a process of its own, so that its memory can be told from the test's. */
import { spawn, type ChildProcess } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { TestCluster } from "./cluster.ts";

const MAIN = fileURLToPath(new URL("../src/main.ts", import.meta.url));
const REGISTRIES = fileURLToPath(new URL("../../../deploy/registries/", import.meta.url));

export class BackendProcess {
  readonly url: string;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, url: string) {
    this.#child = child;
    this.url = url;
  }

  static async start({ folder, local }: TestCluster): Promise<BackendProcess> {
    const data = await mkdtemp(join(folder, "process-"));
    const keyFile = join(data, "key.pem");
    const { privateKey } = generateKeyPairSync("ed25519");
    await writeFile(keyFile, privateKey.export({ type: "pkcs8", format: "pem" }));
    const child = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", MAIN], {
      stdio: ["ignore", "pipe", "ignore"],
      env: {
        HOST: "127.0.0.1",
        PORT: "0",
        KUBERNETES_API_URL: local.url,
        KUBERNETES_CA_FILE: local.caFile,
        DATA_DIR: data,
        SIGNING_KEY_FILE: keyFile,
        AGENT_REGISTRY_FILE: join(REGISTRIES, "agent-registry.json"),
        MODELS_FILE: join(REGISTRIES, "models.json"),
        AUDIT_LOG: "off",
      },
    });
    for await (const line of createInterface({ input: child.stdout })) {
      const { address } = JSON.parse(line) as { address?: string };
      if (address === undefined) continue;
      child.stdout.resume();
      return new BackendProcess(child, address);
    }
    throw new Error("the backend ended before it served");
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** What it holds in memory, in MiB. */
  async memory(): Promise<number> {
    const status = await readFile(`/proc/${this.#child.pid ?? 0}/status`, "utf8");
    return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) / 1024;
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null) return;
    const ended = once(this.#child, "exit");
    this.#child.kill("SIGKILL");
    await ended;
  }
}
