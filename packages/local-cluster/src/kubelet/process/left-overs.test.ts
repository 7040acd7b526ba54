import { spawn } from "node:child_process";
import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { LeftOvers } from "./left-overs.ts";
import { CONTAINER_MARKER } from "./runtime.ts";

it("kills what carries the mark of a container of a former life, and nothing else", async () => {
  const directory = await mkdtemp(join(tmpdir(), "pilothouse-left-"));
  const start = (mark: string) =>
    spawn("sleep", ["60"], {
      env: { PATH: process.env["PATH"], [CONTAINER_MARKER]: mark },
      detached: true,
      stdio: "ignore",
    });
  const [left, other, reused] = [start("left-over"), start("left-over-not"), start("unmarked")];
  try {
    await mkdir(join(directory, "processes"));
    await writeFile(join(directory, "processes", "left-over"), "");
    // The pid is somebody else's by now: its start time is another one.
    await writeFile(join(directory, "processes", "gone"), `${reused.pid} 1`);
    const ended = once(left, "exit");
    await new LeftOvers(join(directory, "processes")).kill();
    expect((await ended)[1]).toBe("SIGKILL");
    expect([other.exitCode, other.signalCode, reused.exitCode, reused.signalCode]).toEqual([null, null, null, null]);
    expect(await readdir(join(directory, "processes"))).toEqual([]);
  } finally {
    for (const child of [left, other, reused]) child.kill("SIGKILL");
    await rm(directory, { recursive: true, force: true });
  }
});
