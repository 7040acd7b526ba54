import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { EventLog, EventType, type Event } from "@pilothouse/agui";
import { AgentDigest } from "@pilothouse/contracts/resources/agentic-session";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { caughtUpDigest } from "./catch-up.ts";

const RUN: Event[] = [
  { type: EventType.RUN_STARTED, threadId: "t", runId: "r", timestamp: 1 },
  { type: EventType.RUN_FINISHED, threadId: "t", runId: "r", timestamp: 2, outcome: { type: "success" } },
];

describe("the digest that a new attempt begins with", () => {
  let directory: string;
  let log: EventLog;
  beforeEach(async () => {
    directory = mkdtempSync(join(tmpdir(), "pilothouse-catch-up-"));
    log = await EventLog.open({ directory });
    for (const event of [...RUN, ...RUN]) log.append(event);
    await log.sync();
  });
  afterEach(async () => {
    await log.close();
    rmSync(directory, { recursive: true });
  });

  it("counts a run that ended after the last write of the status", async () => {
    const former = AgentDigest.parse({ status: "working", runId: "r", lastSeq: 3, finishedRuns: 1, turns: 1 });
    expect(await caughtUpDigest(former, log)).toMatchObject({
      status: "idle",
      lastSeq: 4,
      finishedRuns: 2,
      turns: 2,
      lastRunOutcome: "success",
    });
  });

  it("counts no run twice", async () => {
    const former = AgentDigest.parse({ status: "idle", lastSeq: 4, finishedRuns: 2, turns: 2 });
    expect(await caughtUpDigest(former, log)).toEqual(former);
  });

  it("counts what was appended just now", async () => {
    const former = AgentDigest.parse({ status: "working", runId: "r", lastSeq: 4, finishedRuns: 2, turns: 2 });
    for (const event of RUN) log.append(event);
    expect(await caughtUpDigest(former, log)).toMatchObject({ lastSeq: 6, finishedRuns: 3 });
  });

  it("is made from the log alone when the status was never written", async () => {
    expect(await caughtUpDigest(undefined, log)).toMatchObject({ lastSeq: 4, finishedRuns: 2 });
  });
});
