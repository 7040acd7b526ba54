import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pino } from "pino";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { RegistryFile } from "./registry-file.ts";

let folder: string;
let path: string;
let now: number;
let logs: string[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "pilothouse-registry-"));
  path = join(folder, "file.json");
  now = 1_000_000;
  logs = [];
});
afterEach(async () => rm(folder, { recursive: true }));

function open(): RegistryFile<z.ZodObject<{ value: z.ZodNumber }>> {
  const logger = pino({}, { write: (line: string) => void logs.push(line) });
  return new RegistryFile({ name: "the file", path, schema: z.object({ value: z.number() }), logger, now: () => now });
}

describe("a registry file", () => {
  it("is read again after a minute, not before", async () => {
    await writeFile(path, '{"value":1}');
    const file = open();
    expect(await file.get()).toEqual({ value: 1 });
    await writeFile(path, '{"value":2}');
    now += 59_000;
    expect(await file.get()).toEqual({ value: 1 });
    now += 1_000;
    expect(await file.get()).toEqual({ value: 2 });
  });

  it("that breaks keeps its last good copy, and says so", async () => {
    await writeFile(path, '{"value":1}');
    const file = open();
    await file.get();
    await writeFile(path, '{"value":"x"}');
    now += 60_000;
    expect(await file.get()).toEqual({ value: 1 });
    expect(await file.problem()).toContain("value");
    expect(logs.join("")).toContain("last good copy");
    await writeFile(path, '{"value":3}');
    now += 60_000;
    expect(await file.problem()).toBeUndefined();
    expect(await file.get()).toEqual({ value: 3 });
  });

  it("that was never read is unavailable, and tried again soon", async () => {
    const file = open();
    await expect(file.get()).rejects.toMatchObject({ code: "REGISTRY_UNAVAILABLE" });
    await writeFile(path, '{"value":1}');
    now += 1_000;
    expect(await file.get()).toEqual({ value: 1 });
  });
});
