import { describe, expect, it } from "vitest";
import { startSteps } from "./start-steps.ts";

const at = (seconds: number): string => new Date(Date.parse("2026-01-01T00:00:00Z") + seconds * 1000).toISOString();
const pod = (broker: number | undefined, runner: number) => ({
  status: {
    conditions: [
      { type: "PodScheduled", status: "True" as const, lastTransitionTime: at(1) },
      { type: "Ready", status: "True" as const, lastTransitionTime: at(10) },
    ],
    initContainerStatuses: [
      {
        name: "broker",
        ready: true,
        restartCount: 0,
        image: "",
        imageID: "",
        state: broker === undefined ? {} : { running: { startedAt: at(broker) } },
      },
    ],
    containerStatuses: [
      {
        name: "runner",
        ready: true,
        restartCount: 0,
        image: "",
        imageID: "",
        state: { running: { startedAt: at(runner) } },
      },
    ],
  },
});

describe("the steps of a start", () => {
  it("are the times between what the cluster has noted", () => {
    expect(startSteps(pod(4, 6), Date.parse(at(0)))).toEqual({ schedule: 1, pull: 3, start: 2, ready: 4 });
  });

  it("are left out where a time is not known, and never less than nothing", () => {
    expect(startSteps(pod(undefined, 11), Date.parse(at(2)))).toEqual({ schedule: 0, ready: 0 });
  });
});
