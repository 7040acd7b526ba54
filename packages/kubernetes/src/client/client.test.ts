import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { configMaps, pods, type ConfigMap } from "../resources/core.ts";
import { ConnectionError, KubernetesError, isAlreadyExists, isConflict, isNotFound } from "../errors.ts";
import { failure, json, startHttpApi, widget, type HttpApi } from "../../test/support/http-api.ts";

const key = { namespace: "default", name: "one" };
const quick = { attempts: 4, baseMilliseconds: 1, maximumMilliseconds: 2000 };
let api: HttpApi;

beforeEach(async () => {
  api = await startHttpApi((_, response) => json(response, 200, widget("one", 1)));
});
afterEach(async () => api.close());

/** Answers with each status in turn, then with an object. */
function failing(...answers: [code: number, headers?: Record<string, string>][]): void {
  api.handler = (_, response) => {
    const next = answers.shift();
    if (next === undefined) json(response, 200, widget("one", 1));
    else failure(response, next[0], "Busy", {}, next[1]);
  };
}

describe("requests", () => {
  it.each([
    ["get", async () => api.client().get(pods, key), "GET", "/api/v1/namespaces/default/pods/one"],
    [
      "update of a subresource",
      async () => api.client().update(pods, { metadata: key }, { subresource: "status" }),
      "PUT",
      "/api/v1/namespaces/default/pods/one/status",
    ],
    [
      "create",
      async () => api.client().create(configMaps, { metadata: key }),
      "POST",
      "/api/v1/namespaces/default/configmaps",
    ],
    ["delete", async () => api.client().delete(pods, key), "DELETE", "/api/v1/namespaces/default/pods/one"],
  ])("%s goes to the right place", async (_, call, method, path) => {
    await call();
    expect(api.seen).toMatchObject([{ method, path }]);
  });

  it.each([
    ["merge", "application/merge-patch+json"],
    ["strategic", "application/strategic-merge-patch+json"],
    ["json", "application/json-patch+json"],
    ["apply", "application/apply-patch+yaml"],
  ] as const)("a %s patch has its content type", async (type, contentType) => {
    const patch = type === "json" ? { type, body: [] } : { type, body: {} };
    await api.client().patch(pods, key, patch, { fieldManager: "me" });
    expect(api.seen[0]?.headers["content-type"]).toBe(contentType);
    expect(api.seen[0]?.query.get("fieldManager")).toBe("me");
  });

  it.each(["..", ".", ""])("a name %j is refused", async (name) => {
    await expect(api.client().get(pods, { namespace: "default", name })).rejects.toThrow(/is not a name/);
    expect(api.seen).toEqual([]);
  });

  it("a name cannot leave its place", async () => {
    await api.client().get(pods, { namespace: "default", name: "a/b" });
    expect(api.seen[0]?.path).toBe("/api/v1/namespaces/default/pods/a%2Fb");
  });

  it("fill in the type that list items come without", async () => {
    api.handler = (_, response) => json(response, 200, { metadata: {}, items: [widget("one", 1)] });
    const list = await api.client().list(pods);
    expect(list.items[0]).toMatchObject({ apiVersion: "v1", kind: "Pod" });
  });

  it("page through a list as it is consumed", async () => {
    api.handler = ({ query }, response) => {
      const page = Number(query.get("continue") ?? 0);
      const metadata = page < 2 ? { continue: String(page + 1) } : {};
      json(response, 200, { metadata, items: [widget(`w${page}`, page)] });
    };
    const names: string[] = [];
    for await (const pod of api.client().iterate(pods, { limit: 1 })) {
      names.push(pod.metadata.name);
      expect(api.seen).toHaveLength(names.length);
    }
    expect(names).toEqual(["w0", "w1", "w2"]);
  });

  it("an answer that is no object is refused", async () => {
    api.handler = (_, response) => json(response, 200, { hello: "world" });
    await expect(api.client().get(pods, key)).rejects.toMatchObject({ code: "BAD_RESPONSE" });
  });
});

describe("identity", () => {
  it("is the caller's alone after withToken", async () => {
    const client = api.client({ token: "ours" });
    await Promise.all([client.get(pods, key), client.withToken("theirs").get(pods, key), client.get(pods, key)]);
    const tokens = api.seen
      .map((request) => request.headers.authorization ?? "none")
      .toSorted((left, right) => left.localeCompare(right));
    expect(tokens).toEqual(["Bearer ours", "Bearer ours", "Bearer theirs"]);
  });

  it.each(["", "a\r\nX-Remote-User: admin"])("refuses the token %j", (token) => {
    expect(() => api.client().withToken(token)).toThrow(/bearer token/);
  });
});

describe("errors", () => {
  it("carry what the server's Status says", async () => {
    const details = {
      name: "one",
      kind: "pods",
      causes: [{ reason: "FieldValueInvalid", field: "spec.x", message: "no" }],
      retryAfterSeconds: 3,
    };
    api.handler = (_, response) => failure(response, 422, "Invalid", { details });
    const error = await api
      .client({ retry: quick })
      .get(pods, key)
      .catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(KubernetesError);
    expect(error).toMatchObject({
      status: 422,
      reason: "Invalid",
      message: "it is Invalid",
      details,
      retryAfterSeconds: 3,
    });
  });

  it("tell a proxy's page from a Status", async () => {
    api.handler = (_, response) => void response.writeHead(502).end("<html>bad gateway</html>");
    await expect(api.client().get(pods, key)).rejects.toMatchObject({
      status: 502,
      message: expect.stringContaining("<html>bad gateway"),
    });
  });

  it("tell two kinds of 409 apart", () => {
    const error = (reason: string): KubernetesError => new KubernetesError({ status: 409, reason, message: "" });
    expect([isConflict(error("Conflict")), isAlreadyExists(error("Conflict"))]).toEqual([true, false]);
    expect([isConflict(error("AlreadyExists")), isAlreadyExists(error("AlreadyExists"))]).toEqual([false, true]);
    expect(isNotFound(error("NotFound"))).toBe(false);
  });

  it("make an absent object undefined for find", async () => {
    failing([404]);
    expect(await api.client().find(pods, key)).toBeUndefined();
  });

  it("name a server that is not there", async () => {
    await api.close();
    const error = await api
      .client({ retry: { ...quick, attempts: 2 } })
      .get(pods, key)
      .catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(ConnectionError);
    expect(error).toMatchObject({ code: "CONNECTION_REFUSED", notSent: true });
  });
});

describe("retries", () => {
  const object: ConfigMap = { metadata: key };

  it("repeat any request that the server says it did not take", async () => {
    failing([429, { "retry-after": "0" }], [429]);
    await api.client({ retry: quick }).create(configMaps, object);
    expect(api.seen).toHaveLength(3);
  });

  it("wait as long as the server asks", async () => {
    failing([429, { "retry-after": "1" }]);
    const began = Date.now();
    await api.client({ retry: quick }).get(pods, key);
    expect(Date.now() - began).toBeGreaterThanOrEqual(990);
  });

  it("give up at once when the server asks for more patience than there is", async () => {
    failing([429, { "retry-after": "60" }]);
    await expect(api.client({ retry: quick }).get(pods, key)).rejects.toMatchObject({ status: 429 });
    expect(api.seen).toHaveLength(1);
  });

  it("repeat a read whose outcome is unknown, never a write", async () => {
    failing([503, { "retry-after": "0" }]);
    await api.client({ retry: quick }).get(pods, key);
    expect(api.seen).toHaveLength(2);
    failing([503, { "retry-after": "0" }]);
    await expect(api.client({ retry: quick }).create(configMaps, object)).rejects.toMatchObject({ status: 503 });
    expect(api.seen).toHaveLength(3);
  });

  it("repeat a read after a lost connection, never a write", async () => {
    let lost = 0;
    api.handler = (_, response) => {
      lost += 1;
      if (lost % 2 === 1) response.destroy();
      else json(response, 200, widget("one", 1));
    };
    await api.client({ retry: quick }).get(pods, key);
    await expect(api.client({ retry: quick }).create(configMaps, object)).rejects.toMatchObject({
      code: "CONNECTION_LOST",
    });
  });

  it("end with the signal", async () => {
    failing([429, { "retry-after": "1" }], [429, { "retry-after": "1" }]);
    const call = api.client({ retry: quick }).get(pods, key, { signal: AbortSignal.timeout(50) });
    await expect(call).rejects.toMatchObject({ name: expect.stringMatching(/AbortError|TimeoutError/) });
    expect(api.seen).toHaveLength(1);
  });
});
