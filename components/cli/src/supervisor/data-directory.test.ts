import { chmodSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { dataDirectory, prepareDataDirectory } from "./data-directory.ts";
import { prepareKeys } from "./keys.ts";
import { createLoginLink } from "./login-link.ts";
import { runningSupervisor, takeDataDirectory } from "./running.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "pilothouse-cli-"));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe("the data directory", () => {
  it("is --data-dir, else PILOTHOUSE_HOME, else ~/.pilothouse", () => {
    expect(dataDirectory("/a", { PILOTHOUSE_HOME: "/b" }).path).toBe("/a");
    expect(dataDirectory(undefined, { PILOTHOUSE_HOME: "/b" }).path).toBe("/b");
    expect(dataDirectory(undefined, {}).path).toMatch(/\/\.pilothouse$/);
  });

  it("is closed to other users", () => {
    const directory = dataDirectory(join(folder, "new"));
    prepareDataDirectory(directory);
    expect(statSync(directory.path).mode & 0o777).toBe(0o700);
  });

  it("that is a file is refused with its path and a remedy", () => {
    writeFileSync(join(folder, "file"), "");
    const directory = dataDirectory(join(folder, "file"));
    expect(() => prepareDataDirectory(directory)).toThrow(/data directory .*file cannot be used: .* --data-dir/);
  });

  it("can be taken once, and again after it was given back", async () => {
    const directory = dataDirectory(folder);
    const giveBack = await takeDataDirectory(directory);
    const refusal = `already running on ${folder} (process ${process.pid})`;
    await expect(takeDataDirectory(directory)).rejects.toThrow(refusal);
    giveBack();
    (await takeDataDirectory(directory))();
  });

  it("left behind by a process that was killed can be taken", async () => {
    const directory = dataDirectory(folder);
    // The pid is alive (it is this process), but it started at another time: the record is of a former process.
    writeFileSync(directory.supervisorFile, JSON.stringify({ pid: process.pid, startTime: "1" }));
    expect(runningSupervisor(directory)).toBeUndefined();
    (await takeDataDirectory(directory))();
  });

  it("with a damaged record can be taken", async () => {
    const directory = dataDirectory(folder);
    writeFileSync(directory.supervisorFile, '{"pid":');
    const giveBack = await takeDataDirectory(directory);
    expect(runningSupervisor(directory)?.pid).toBe(process.pid);
    giveBack();
  });
});

describe("keys and links", () => {
  it("makes keys once, readable by nobody else", () => {
    const directory = dataDirectory(folder);
    prepareDataDirectory(directory);
    const keys = prepareKeys(directory);
    chmodSync(keys.jwksFile, 0o600);
    for (const file of Object.values(keys)) expect(statSync(file).mode & 0o777).toBe(0o600);
    const before = statSync(keys.signingKeyFile).mtimeMs;
    prepareKeys(directory);
    expect(statSync(keys.signingKeyFile).mtimeMs).toBe(before);
  });

  it("removes login codes that have expired", () => {
    const directory = dataDirectory(folder);
    prepareDataDirectory(directory);
    const twoHoursAgo = Date.now() - 2 * 60 * 60 * 1000;
    createLoginLink(directory, "http://127.0.0.1:1", "t", twoHoursAgo);
    const fresh = createLoginLink(directory, "http://127.0.0.1:1", "t");
    expect(fresh).toMatch(/^http:\/\/127\.0\.0\.1:1\/login\?code=[\w-]{32}$/);
    expect(readdirSync(directory.loginCodes)).toHaveLength(1);
  });
});
