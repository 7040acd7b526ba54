// List and watch: one revision counter, no gap, nothing twice, the selectors' comings and goings. Also run against real
// clusters.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { objectsAt, stringAt, type JsonObject } from "../../src/json.ts";
import { openTarget, type Target, type WatchedEvent } from "./target.ts";

let target: Target;
let namespace: string;
let configMaps: string;

beforeAll(async () => {
  target = await openTarget();
  namespace = await target.namespace("watch");
  configMaps = `/api/v1/namespaces/${namespace}/configmaps`;
});
afterAll(async () => target.close());

const configMap = (name: string, labels: JsonObject = {}, value = "0"): JsonObject => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name, labels },
  data: { value },
});
const nameOf = (object: JsonObject): string => stringAt(object, "metadata", "name");
const revisionOf = (object: JsonObject): string => stringAt(object, "metadata", "resourceVersion");
const summary = (event: WatchedEvent): string => `${event.type} ${nameOf(event.object)}`;
const list = async (query = ""): Promise<JsonObject> => (await target.call("GET", `${configMaps}${query}`)).body;

describe("list", () => {
  it("has a resourceVersion, and the objects in the order of their names", async () => {
    for (const name of ["c", "a", "b"])
      await target.call("POST", configMaps, configMap(`list-${name}`, { list: "yes" }));
    const body = await list("?labelSelector=list%3Dyes");
    expect(stringAt(body, "kind")).toBe("ConfigMapList");
    expect(objectsAt(body, "items").map(nameOf)).toEqual(["list-a", "list-b", "list-c"]);
    expect(Number(revisionOf(body))).toBeGreaterThan(0);
  });

  it.each([
    ["team=red", ["one", "two"]],
    ["team==red", ["one", "two"]],
    ["team!=red,team", ["three"]],
    ["team in (red, blue)", ["one", "three", "two"]],
    ["team notin (blue),team", ["one", "two"]],
    ["team=red,tier", ["two"]],
    ["team,!tier", ["one", "three"]],
  ])("selects by labels: %s", async (selector, expected) => {
    const labels: Record<string, JsonObject> = {
      one: { team: "red" },
      two: { team: "red", tier: "front" },
      three: { team: "blue" },
      four: {},
    };
    for (const [name, each] of Object.entries(labels)) await target.call("POST", configMaps, configMap(name, each));
    const body = await list(`?labelSelector=${encodeURIComponent(selector)}`);
    expect(objectsAt(body, "items").map(nameOf)).toEqual(expected);
  });

  it("selects by name, and refuses fields that it does not know", async () => {
    await target.call("POST", configMaps, configMap("by-name"));
    const body = await list("?fieldSelector=metadata.name%3Dby-name");
    expect(objectsAt(body, "items").map(nameOf)).toEqual(["by-name"]);
    const wrong = await target.call("GET", `${configMaps}?fieldSelector=data.value%3D0`);
    expect(wrong.status).toBe(400);
    expect(stringAt(wrong.body, "message")).toBe(
      '"data.value" is not a known field selector: only "metadata.name", "metadata.namespace"',
    );
  });

  it("refuses a selector that is none", async () => {
    expect((await target.call("GET", `${configMaps}?labelSelector=a%20b%20c`)).status).toBe(400);
  });

  it("gives pages of one consistent state", async () => {
    for (let index = 0; index < 7; index++)
      await target.call("POST", configMaps, configMap(`page-${index}`, { page: "yes" }));
    const first = await list("?labelSelector=page&limit=3");
    await target.call("DELETE", `${configMaps}/page-4`);
    await target.call("POST", configMaps, configMap("page-99", { page: "yes" }));
    const names = objectsAt(first, "items").map(nameOf);
    let token = stringAt(first, "metadata", "continue");
    expect(token).not.toBe("");
    while (token !== "") {
      const next = await list(`?labelSelector=page&limit=3&continue=${encodeURIComponent(token)}`);
      expect(revisionOf(next)).toBe(revisionOf(first));
      names.push(...objectsAt(next, "items").map(nameOf));
      token = stringAt(next, "metadata", "continue");
    }
    expect(names).toEqual([0, 1, 2, 3, 4, 5, 6].map((index) => `page-${index}`));
  });

  it("refuses a continue token that is none", async () => {
    expect((await target.call("GET", `${configMaps}?limit=1&continue=nonsense`)).status).toBe(400);
  });
});

describe("watch", () => {
  it("from a list's resourceVersion tells what came after, in order", async () => {
    const from = revisionOf(await list());
    await target.call("POST", configMaps, configMap("told"));
    await target.patch(`${configMaps}/told`, "merge", { data: { value: "1" } });
    await target.call("DELETE", `${configMaps}/told`);
    const watch = await target.watch(`${configMaps}?watch=1&resourceVersion=${from}`);
    const events = [await watch.next(), await watch.next(), await watch.next()];
    watch.close();
    expect(events.map(summary)).toEqual(["ADDED told", "MODIFIED told", "DELETED told"]);
    const revisions = events.map((event) => Number(revisionOf(event.object)));
    expect(revisions).toEqual(revisions.toSorted((left, right) => left - right));
    expect(new Set(revisions).size).toBe(3);
    expect(Math.min(...revisions)).toBeGreaterThan(Number(from));
  });

  it("without a resourceVersion begins with the present", async () => {
    await target.call("POST", configMaps, configMap("present", { present: "yes" }));
    const watch = await target.watch(`${configMaps}?watch=1&labelSelector=present`);
    expect(summary(await watch.next())).toBe("ADDED present");
    await target.patch(`${configMaps}/present`, "merge", { data: { value: "2" } });
    expect(summary(await watch.next())).toBe("MODIFIED present");
    watch.close();
  });

  it("tells what enters a selection as ADDED and what leaves it as DELETED", async () => {
    const from = revisionOf(await list());
    const watch = await target.watch(`${configMaps}?watch=1&labelSelector=inside%3Dyes&resourceVersion=${from}`);
    await target.call("POST", configMaps, configMap("mover"));
    await target.patch(`${configMaps}/mover`, "merge", { metadata: { labels: { inside: "yes" } } });
    const entered = await watch.next();
    expect(summary(entered)).toBe("ADDED mover");
    await target.patch(`${configMaps}/mover`, "merge", { data: { value: "9" } });
    expect(summary(await watch.next())).toBe("MODIFIED mover");
    const outside = (await target.patch(`${configMaps}/mover`, "merge", { metadata: { labels: { inside: null } } }))
      .body;
    const left = await watch.next();
    watch.close();
    expect(summary(left)).toBe("DELETED mover");
    expect(revisionOf(left.object)).toBe(revisionOf(outside));
  });

  it("of one name hears of no other", async () => {
    const from = revisionOf(await list());
    const watch = await target.watch(
      `${configMaps}?watch=1&fieldSelector=metadata.name%3Dchosen&resourceVersion=${from}`,
    );
    await target.call("POST", configMaps, configMap("not-chosen"));
    await target.call("POST", configMaps, configMap("chosen"));
    expect(summary(await watch.next())).toBe("ADDED chosen");
    watch.close();
  });

  it("across namespaces hears of all of them", async () => {
    const other = await target.namespace("watch");
    const from = revisionOf((await target.call("GET", "/api/v1/configmaps?limit=1")).body);
    const watch = await target.watch(`/api/v1/configmaps?watch=1&labelSelector=across&resourceVersion=${from}`);
    await target.call("POST", configMaps, configMap("here", { across: "1" }));
    await target.call("POST", `/api/v1/namespaces/${other}/configmaps`, configMap("there", { across: "1" }));
    expect([summary(await watch.next()), summary(await watch.next())]).toEqual(["ADDED here", "ADDED there"]);
    watch.close();
  });

  it("ends after timeoutSeconds", async () => {
    const watch = await target.watch(`${configMaps}?watch=1&timeoutSeconds=1&labelSelector=never`);
    await expect(watch.next(4000)).rejects.toThrow("ended");
  });

  it("with sendInitialEvents ends the present with a bookmark", async ({ skip }) => {
    skip(target.minor < 32, "this version does not stream lists");
    await target.call("POST", configMaps, configMap("initial", { initial: "yes" }));
    const watch = await target.watch(
      `${configMaps}?watch=1&labelSelector=initial&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true`,
    );
    const events = await watch.until((event) => event.type === "BOOKMARK");
    watch.close();
    expect(events.map((event) => event.type)).toEqual(["ADDED", "BOOKMARK"]);
    expect(stringAt(events[1]?.object, "metadata", "annotations", "k8s.io/initial-events-end")).toBe("true");
    expect(Number(revisionOf(events[1]?.object ?? {}))).toBeGreaterThanOrEqual(
      Number(revisionOf(events[0]?.object ?? {})),
    );
  });

  it("gives rows of a Table to who asks for them, with the columns in the first event only", async () => {
    const accept = "application/json;as=Table;v=v1;g=meta.k8s.io,application/json";
    await target.call("POST", configMaps, configMap("row", { row: "yes" }));
    const watch = await target.watch(`${configMaps}?watch=1&labelSelector=row`, { headers: { accept } });
    const added = await watch.next();
    await target.patch(`${configMaps}/row`, "merge", { data: { value: "3" } });
    const modified = await watch.next();
    watch.close();
    expect(added.object).toMatchObject({
      kind: "Table",
      columnDefinitions: [{ name: "Name" }, { name: "Data" }, { name: "Age" }],
    });
    expect(objectsAt(modified.object, "rows")).toHaveLength(1);
    expect(objectsAt(modified.object, "columnDefinitions")).toHaveLength(0);
  });
});

describe("list and watch under load", () => {
  it("together miss nothing and repeat nothing, wherever the list falls", async () => {
    const writers = 4;
    const rounds = 25;
    const history = new Map<string, string[]>();
    const write = async (writer: number): Promise<void> => {
      const name = `busy-${writer}`;
      const created = await target.call("POST", configMaps, configMap(name, { busy: "yes" }));
      const revisions = [revisionOf(created.body)];
      history.set(name, revisions);
      for (let round = 1; round <= rounds; round++) {
        const { body } = await target.patch(`${configMaps}/${name}`, "merge", { data: { value: String(round) } });
        revisions.push(revisionOf(body));
      }
    };
    const observe = async (delay: number): Promise<Map<string, string[]>> => {
      await new Promise((resolve) => setTimeout(resolve, delay));
      const listed = await list("?labelSelector=busy");
      const seen = new Map<string, string[]>();
      for (const item of objectsAt(listed, "items")) seen.set(nameOf(item), [revisionOf(item)]);
      const watch = await target.watch(
        `${configMaps}?watch=1&labelSelector=busy&resourceVersion=${revisionOf(listed)}`,
      );
      const finished = new Set(
        objectsAt(listed, "items")
          .filter((item) => stringAt(item, "data", "value") === String(rounds))
          .map(nameOf),
      );
      while (finished.size < writers) {
        const { object } = await watch.next(15_000);
        seen.set(nameOf(object), [...(seen.get(nameOf(object)) ?? []), revisionOf(object)]);
        if (stringAt(object, "data", "value") === String(rounds)) finished.add(nameOf(object));
      }
      watch.close();
      return seen;
    };
    const observers = Array.from({ length: 8 }, (_, index) => observe(index * 12));
    await Promise.all(Array.from({ length: writers }, (_, writer) => write(writer)));
    for (const seen of await Promise.all(observers))
      for (const [name, revisions] of history) {
        const observed = seen.get(name) ?? [];
        // From the first state that it saw, an observer saw every later one exactly once.
        expect(observed).toEqual(revisions.slice(revisions.indexOf(observed[0] ?? "")));
      }
  });
});
