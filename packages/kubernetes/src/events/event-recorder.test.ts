import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { failure, json, startHttpApi, widget, type HttpApi } from "../../test/support/http-api.ts";
import { pods } from "../resources/core.ts";
import { EventRecorder } from "./event-recorder.ts";

let api: HttpApi;
let stop: AbortController;
let recorder: EventRecorder;
let running: Promise<void>;
const pod = { ...widget("one", 1) };
const event = { type: "Warning" as const, reason: "Failed", message: "no key: set one" };
const bodies = (method: string) =>
  api.seen
    .filter((request) => request.method === method)
    .map((request) => JSON.parse(request.body) as Record<string, unknown>);

beforeEach(async () => {
  api = await startHttpApi((_, response) => json(response, 201, widget("event", 1)));
  stop = new AbortController();
  recorder = new EventRecorder({ client: api.client(), component: "tester", instance: "tester-1" });
  running = recorder.run(stop.signal);
});
afterEach(async () => {
  stop.abort();
  await running;
  await api.close();
});

describe("the event recorder", () => {
  it("writes what a person can act on, about the very object", async () => {
    recorder.record(pods, pod, event);
    await expect
      .poll(() => bodies("POST"))
      .toMatchObject([
        {
          type: "Warning",
          reason: "Failed",
          message: "no key: set one",
          count: 1,
          involvedObject: { kind: "Pod", name: "one", uid: "uid-one" },
          reportingComponent: "tester",
        },
      ]);
  });

  it("counts what repeats instead of filling the list", async () => {
    for (let index = 0; index < 3; index += 1) recorder.record(pods, pod, event);
    await expect.poll(() => bodies("PATCH").at(-1)).toMatchObject({ count: 3 });
    expect(bodies("POST")).toHaveLength(1);
  });

  it("throttles an object that says something else all the time", async () => {
    for (let index = 0; index < 200; index += 1) recorder.record(pods, pod, { ...event, message: `number ${index}` });
    await expect.poll(() => bodies("POST").length).toBe(25);
  });

  it("goes on after a refusal, and writes what is left when it is stopped", async () => {
    api.handler = (_, response) => failure(response, 403, "Forbidden");
    recorder.record(pods, pod, event);
    await expect.poll(() => api.seen.length).toBe(1);
    api.handler = (_, response) => json(response, 201, widget("event", 1));
    recorder.record(pods, pod, { ...event, reason: "Other" });
    stop.abort();
    await running;
    expect(bodies("POST").at(-1)).toMatchObject({ reason: "Other" });
  });
});
