import type { ServerResponse } from "node:http";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { failure, json, startHttpApi, widget, type HttpApi, type Seen } from "../../test/support/http-api.ts";
import { pods, type Pod } from "../resources/core.ts";
import { Informer, type Change } from "./informer.ts";

const backoff = { baseMilliseconds: 1, maximumMilliseconds: 5 };
let api: HttpApi;
let stop: AbortController;
let running: Promise<void>;
let watches: ServerResponse[];
let changes: string[];
let lists: { items: object[]; version: string; continue?: string }[];
let minor: string;
/** Answers a watch instead of keeping it open. */
let refuse: ((request: Seen, response: ServerResponse) => boolean) | undefined;

beforeEach(async () => {
  [stop, watches, changes, lists, minor, refuse] = [new AbortController(), [], [], [], "31", undefined];
  api = await startHttpApi((request, response) => {
    if (request.path === "/version") return json(response, 200, { major: "1", minor });
    if (request.query.get("watch") === "true") {
      if (refuse?.(request, response) === true) return undefined;
      response.writeHead(200).flushHeaders();
      watches.push(response);
      return undefined;
    }
    const page = lists.length > 1 ? lists.shift() : lists[0];
    return json(response, 200, {
      metadata: { resourceVersion: page?.version, continue: page?.continue },
      items: page?.items ?? [],
    });
  });
});
afterEach(async () => {
  stop.abort();
  await running;
  await api.close();
});

function start(resyncMilliseconds = 0): Informer<Pod> {
  const indexers = { node: (pod: Pod) => (pod.spec?.nodeName === undefined ? [] : [pod.spec.nodeName]) };
  const informer = new Informer<Pod>({
    client: api.client(),
    resource: pods,
    indexers,
    resyncMilliseconds,
    reflector: { backoff, pageSize: 2 },
  });
  informer.subscribe((change: Change<Pod>) =>
    changes.push(`${change.type} ${change.object.metadata.name} ${change.object.metadata.resourceVersion}`),
  );
  running = informer.run(stop.signal);
  return informer;
}

const send = (type: string, object: object): boolean =>
  watches.at(-1)?.write(`${JSON.stringify({ type, object })}\n`) === true;
const watchRequests = (): Seen[] => api.seen.filter((request) => request.query.get("watch") === "true");

describe("an informer", () => {
  it("gets the first picture in pages and follows from its version", async () => {
    lists = [
      { items: [widget("a", 1), widget("b", 2)], version: "10", continue: "next" },
      { items: [widget("c", 3)], version: "10" },
    ];
    const informer = start();
    await informer.synced(stop.signal);
    expect(changes).toEqual(["added a 1", "added b 2", "added c 3"]);
    await expect.poll(() => watchRequests()[0]?.query.get("resourceVersion")).toBe("10");
    expect(watchRequests()[0]?.query.get("allowWatchBookmarks")).toBe("true");
    send("MODIFIED", widget("b", 11));
    send("DELETED", widget("a", 12));
    await expect.poll(() => changes.slice(3)).toEqual(["updated b 11", "deleted a 12"]);
    expect(informer.list().map((pod) => pod.metadata.name)).toEqual(["b", "c"]);
  });

  it("takes a broken watch up again where it was, bookmarks included, and repeats nothing", async () => {
    lists = [{ items: [], version: "5" }];
    start();
    await expect.poll(() => watches.length).toBe(1);
    send("ADDED", widget("a", 6));
    send("BOOKMARK", { metadata: { resourceVersion: "42" } });
    await expect.poll(() => changes).toEqual(["added a 6"]);
    await new Promise((resolve) => setTimeout(resolve, 20));
    watches[0]?.destroy();
    await expect.poll(() => watchRequests()[1]?.query.get("resourceVersion")).toBe("42");
    send("ADDED", widget("a", 6));
    send("MODIFIED", widget("a", 43));
    await expect.poll(() => changes).toEqual(["added a 6", "updated a 43"]);
  });

  it("lists again when its version has expired, and tells only the difference", async () => {
    lists = [
      { items: [widget("a", 1), widget("b", 2)], version: "5" },
      {
        items: [widget("b", 2), { ...widget("a", 9), metadata: { ...widget("a", 9).metadata, uid: "another" } }],
        version: "50",
      },
    ];
    start();
    await expect.poll(() => watches.length).toBe(1);
    send("ERROR", { kind: "Status", code: 410, reason: "Expired", message: "too old" });
    await expect.poll(() => watches.length).toBe(2);
    // "a" was deleted and made anew in between.
    expect(changes).toEqual(["added a 1", "added b 2", "deleted a 1", "added a 9"]);
    expect(watchRequests().at(-1)?.query.get("resourceVersion")).toBe("50");
  });

  it("goes on after refusals and silence", async () => {
    lists = [{ items: [widget("a", 1)], version: "5" }];
    let refusals = 3;
    refuse = (_, response) => {
      refusals -= 1;
      if (refusals >= 0) failure(response, 500, "InternalError");
      return refusals >= 0;
    };
    const informer = start();
    await expect.poll(() => watches.length).toBe(1);
    send("MODIFIED", widget("a", 6));
    await expect.poll(() => informer.get("default/a")?.metadata.resourceVersion).toBe("6");
  });

  it("takes the first picture from the watch where the server sends it", async () => {
    minor = "35+";
    const informer = start();
    await expect.poll(() => watchRequests()[0]?.query.get("sendInitialEvents")).toBe("true");
    await expect.poll(() => watches.length).toBe(1);
    send("ADDED", widget("a", 3));
    send("ADDED", widget("b", 4));
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(informer.hasSynced).toBe(false);
    send("BOOKMARK", { metadata: { resourceVersion: "7", annotations: { "k8s.io/initial-events-end": "true" } } });
    await informer.synced(stop.signal);
    expect(changes).toEqual(["added a 3", "added b 4"]);
    expect(api.seen.some((request) => request.path.endsWith("/pods") && request.query.get("watch") === null)).toBe(
      false,
    );
  });

  it("finds by index what has it now", async () => {
    lists = [{ items: [widget("a", 1, { spec: { nodeName: "n1" } })], version: "5" }];
    const informer = start();
    await expect.poll(() => watches.length).toBe(1);
    expect(informer.byIndex("node", "n1")).toHaveLength(1);
    send("MODIFIED", widget("a", 6, { spec: { nodeName: "n2" } }));
    await expect.poll(() => informer.byIndex("node", "n2").length).toBe(1);
    expect(informer.byIndex("node", "n1")).toEqual([]);
    expect(() => informer.byIndex("color", "red")).toThrow(/no index/);
  });

  it("reminds of everything at its resync interval", async () => {
    lists = [{ items: [widget("a", 1)], version: "5" }];
    start(20);
    await expect.poll(() => changes.filter((change) => change === "resynced a 1").length).toBeGreaterThan(1);
  });
});
