import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { parseDockerfile, wholeStage } from "./dockerfile.ts";
import { isIgnored, readIgnored } from "./enact.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const stages = parseDockerfile(readFileSync(new URL("Dockerfile", import.meta.url), "utf8"));
const ignored = await readIgnored(fileURLToPath(new URL("Dockerfile.dockerignore", import.meta.url)));
const TARGETS = ["operator", "backend", "public-api", "broker", "runner", "frontend"];

const Manifest = z.object({ name: z.string(), dependencies: z.record(z.string(), z.string()).default({}) });
const read = (folder: string) => Manifest.parse(JSON.parse(readFileSync(join(ROOT, folder, "package.json"), "utf8")));
const workspaces = ["components", "packages"].flatMap((parent) =>
  readdirSync(join(ROOT, parent))
    .map((name) => `${parent}/${name}`)
    .filter((folder) => existsSync(join(ROOT, folder, "package.json"))),
);
const folderOf = new Map(workspaces.map((folder) => [read(folder).name, folder]));

/** The workspaces that a workspace needs when it runs, itself included. */
function needs(folder: string, found = new Set<string>()): Set<string> {
  if (found.has(folder)) return found;
  found.add(folder);
  for (const name of Object.keys(read(folder).dependencies)) {
    const next = folderOf.get(name);
    if (next !== undefined) needs(next, found);
  }
  return found;
}

const contextCopies = (name: string) =>
  wholeStage(stages, name).flatMap((step) => (step.kind === "copy" && step.from === undefined ? [step] : []));

describe("every COPY", () => {
  it.each(stages.map((stage) => stage.name))("of stage %s has its sources", (name) => {
    for (const { sources } of contextCopies(name))
      for (const source of sources) {
        expect(existsSync(join(ROOT, source)), `${source} does not exist`).toBe(true);
        expect(isIgnored(source, ignored), `${source} is left out by Dockerfile.dockerignore`).toBe(false);
      }
  });

  it("from a stage names one", () => {
    const names = new Set(stages.map((stage) => stage.name));
    const from = stages.flatMap((stage) =>
      stage.instructions.flatMap((step) => (step.kind === "copy" && step.from !== undefined ? [step.from] : [])),
    );
    expect(from.filter((name) => !names.has(name))).toEqual([]);
  });
});

it("npm sees the manifest of every workspace, as the lock file does", () => {
  const copied = new Set(contextCopies("manifests").flatMap(({ sources }) => sources));
  const all = [...workspaces, "e2e", "bench"].map((folder) => `${folder}/package.json`);
  expect(all.filter((file) => existsSync(join(ROOT, file)) && !copied.has(file))).toEqual([]);
});

describe.each(TARGETS)("image %s", (target) => {
  const steps = wholeStage(stages, target);

  it("holds the workspaces that the component needs, and no other", () => {
    const copied = contextCopies(target).flatMap(({ sources, to }) => {
      expect(sources).toEqual([to]);
      return sources;
    });
    expect(copied.toSorted()).toEqual([...needs(`components/${target}`)].toSorted());
  });

  it("starts a file that it holds, as a user that is not root", () => {
    const entry = steps.findLast((step) => step.kind === "entrypoint");
    const file = entry?.argv.at(-1) ?? "";
    expect(file.startsWith(`components/${target}/`)).toBe(true);
    expect(existsSync(join(ROOT, file))).toBe(true);
    expect(isIgnored(file, ignored)).toBe(false);
    expect(steps.findLast((step) => step.kind === "user")?.user).toBe("1000:1000");
  });

  it("leaves out what only development needs", () => {
    const installs = wholeStage(stages, `${target}-packages`).flatMap((step) =>
      step.kind === "run" && step.command.startsWith("npm") ? [step.command] : [],
    );
    expect(installs).toEqual([
      `npm install --no-save --omit=dev --ignore-scripts --workspace ${read(`components/${target}`).name}`,
    ]);
  });
});
