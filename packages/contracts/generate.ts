/** Writes deploy/crds from the schemas. With --check it writes nothing and fails when a committed file differs. */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { stringify } from "yaml";
import { customResourceDefinitions } from "./src/crd/definitions.ts";

const HEADER = "# Generated from packages/contracts by `npm run generate`. Do not edit.\n";
const directory = fileURLToPath(new URL("../../deploy/crds/", import.meta.url));
const check = process.argv.includes("--check");
let drift = false;

await mkdir(directory, { recursive: true });
for (const [name, definition] of Object.entries(customResourceDefinitions())) {
  const text = HEADER + stringify(definition, { lineWidth: 120, aliasDuplicateObjects: false });
  const path = `${directory}${name}`;
  const current = await readFile(path, "utf8").catch(() => "");
  if (current === text) continue;
  if (check) {
    console.error(`deploy/crds/${name} does not match packages/contracts: run \`npm run generate\``);
    drift = true;
  } else {
    await writeFile(path, text);
    console.log(`wrote deploy/crds/${name}`);
  }
}
process.exitCode = drift ? 1 : 0;
