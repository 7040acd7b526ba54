/**
 * Requests that nobody means, over every route of the OpenAPI document: no 500, no hang, no secret in any answer or log.
 * Some fit their schemas, most nearly do, and behind one session sits a runner that answers nonsense.
 */
import {
  array,
  assert,
  asyncProperty,
  constant,
  constantFrom,
  dictionary,
  integer,
  jsonValue,
  oneof,
  option,
  record,
  string,
  type Arbitrary,
} from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ErrorBody } from "@pilothouse/contracts";
import { z } from "zod";
import { TestBackend } from "./backend.ts";
import { TestCluster } from "./cluster.ts";
import { TestRunner } from "./runner.ts";
import { valueOf, type Schema } from "./schema-arbitrary.ts";
import { createSession, setEndpoint, type TestSession } from "./session.ts";

/** Ten thousand in the slow lane; a tenth of that with every change. */
const REQUESTS = Number(process.env["FUZZ_REQUESTS"] ?? 1000);

let cluster: TestCluster;
let backend: TestBackend;
let session: TestSession;
let runner: TestRunner;
let tokens: string[];

/** Whatever the document says; what is not understood of it is not used. */
const AnySchema = z.custom<Schema>((value) => typeof value === "object" && value !== null);
const Operation = z.looseObject({
  requestBody: z.object({ content: z.record(z.string(), z.object({ schema: AnySchema.optional() })) }).optional(),
  parameters: z.array(z.looseObject({ name: z.string(), in: z.string(), schema: AnySchema })).optional(),
});
const Document = z.object({
  paths: z.record(z.string(), z.record(z.string(), Operation)),
  components: z.looseObject({ schemas: z.record(z.string(), AnySchema) }),
});

interface Target {
  readonly method: string;
  readonly url: string;
  readonly query: readonly { readonly name: string; readonly value: Arbitrary<unknown> }[];
  /** Names of the fields that the body knows. */
  readonly fields: readonly string[];
  /** A body that fits. */
  readonly body: Arbitrary<unknown> | undefined;
}

function targets(): Target[] {
  const { paths, components } = Document.parse(backend.app.swagger());
  return Object.entries(paths).flatMap(([url, item]) =>
    Object.entries(item).map(([method, operation]) => {
      const schema = operation.requestBody?.content["application/json"]?.schema;
      const named = schema?.$ref === undefined ? schema : components.schemas[schema.$ref.split("/").at(-1) ?? ""];
      const parameters = operation.parameters ?? [];
      return {
        method: method.toUpperCase(),
        url,
        query: parameters
          .filter((parameter) => parameter.in === "query")
          .map(({ name, schema: type }) => ({ name, value: valueOf(type, components.schemas) })),
        fields: Object.keys(named?.properties ?? {}),
        body: schema === undefined ? undefined : valueOf(schema, components.schemas),
      };
    }),
  );
}

beforeAll(async () => {
  cluster = await TestCluster.start();
  backend = await TestBackend.start(cluster);
  await cluster.project("blue", [{ user: "olga", role: "admin" }]);
  session = await createSession(cluster, "blue", "fuzz");
  runner = new TestRunner(backend.jwks, session.uid);
  let answers = 0;
  runner.answer = () => {
    answers += 1;
    const status = [200, 202, 204, 302, 400, 401, 404, 409, 418, 500, 503][answers % 11] ?? 200;
    const body = [{}, { items: [] }, [], "no JSON", null, { items: [{ id: 3 }] }, { error: 7 }][answers % 7];
    const type = body === "no JSON" ? "text/plain" : "application/json";
    return { status, body: status === 204 ? "" : body, type };
  };
  await setEndpoint(cluster, session, await runner.start());
  tokens = [cluster.token("olga"), session.token, cluster.token("root", ["system:masters"]), cluster.token("mallory")];
}, 60_000);

afterAll(async () => {
  await backend?.stop();
  await runner?.stop();
  await cluster?.stop();
});

const CANARY = "sk-canary-5f2d1c";
const odd = oneof(
  string({ maxLength: 40 }),
  string({ unit: "binary", maxLength: 20 }),
  constantFrom(
    "",
    ".",
    "..",
    "../../etc/passwd",
    "%00",
    "\u0000",
    "a".repeat(300),
    "'; DROP TABLE events; --",
    "{}",
    "-1",
    "1e309",
  ),
  constantFrom("__proto__", "constructor", "toString", "NaN", "null", "true", "https://a.b/c", "ext::sh -c id", CANARY),
);

function known(name: string): Arbitrary<string> {
  const right: Readonly<Record<string, string>> = { project: "blue", session: session.name, uid: session.uid };
  const value = right[name];
  return value === undefined ? odd : oneof({ arbitrary: constant(value), weight: 8 }, { arbitrary: odd, weight: 1 });
}

/** A body that fits, but for one field. */
function withFault(body: unknown): Arbitrary<unknown> {
  const known = typeof body === "object" && body !== null ? Object.keys(body) : [];
  return record({ field: oneof(constantFrom(...known, "extra")), value: oneof(jsonValue({ maxDepth: 2 }), odd) }).map(
    ({ field, value }) => ({ ...(body as object), [field]: value }),
  );
}

const wish = (all: readonly Target[]) =>
  constantFrom(...all).chain((target) =>
    record({
      target: constant(target),
      token: integer({ min: 0, max: 3 }),
      path: record(
        Object.fromEntries([...target.url.matchAll(/\{([^}]+)\}/g)].map(([, name = ""]) => [name, known(name)])),
      ),
      query: record(
        Object.fromEntries(
          target.query.map(({ name, value }) => [
            name,
            oneof(
              value.map((item) => String(item)),
              odd,
            ),
          ]),
        ),
        { requiredKeys: [] },
      ),
      body: oneof(
        ...(target.body === undefined ? [] : [target.body, target.body.chain(withFault)]),
        jsonValue({ maxDepth: 3 }),
        dictionary(target.fields.length === 0 ? odd : constantFrom(...target.fields), jsonValue({ maxDepth: 3 }), {
          maxKeys: 4,
        }),
        array(record({ seq: integer(), event: jsonValue() }), { maxLength: 3 }),
      ),
      type: constantFrom("application/json", "application/json", "text/plain", "application/octet-stream", "nonsense"),
      raw: option(odd, { freq: 8 }),
    }),
  );

describe("requests that nobody means", () => {
  it(`are answered without a failure, ${REQUESTS} of them`, async () => {
    // Streams never end; what deletes the project would end the test.
    const all = targets().filter(
      ({ url, method }) =>
        !url.endsWith("/agui/events") && !(method === "DELETE" && url.endsWith("}") && !url.includes("/{id}")),
    );
    const statuses = new Map<number, number>();
    await assert(
      asyncProperty(wish(all), async ({ target, token, path, query, body, type, raw }) => {
        const filled = target.url.replaceAll(/\{([^}]+)\}/g, (_, name: string) => encodeURIComponent(path[name] ?? ""));
        const search = new URLSearchParams(
          Object.entries(query).map(([name, value]): [string, string] => [name, value ?? ""]),
        ).toString();
        const url = search === "" ? filled : `${filled}?${search}`;
        const payload = target.method === "GET" ? undefined : (raw ?? JSON.stringify(body));
        const answer = await backend.call(target.method, url, tokens[token], payload, { "content-type": type });
        statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
        expect([target.method, url, answer.status, answer.status === 500 ? answer.text : ""]).toEqual([
          target.method,
          url,
          answer.status,
          "",
        ]);
        const isAnswer = answer.status < 400 || url.startsWith("/ready") || ErrorBody.safeParse(answer.body).success;
        expect([url, answer.text, isAnswer]).toEqual([url, answer.text, true]);
        for (const secret of tokens) expect(answer.text).not.toContain(secret);
      }),
      { numRuns: REQUESTS, endOnFailure: true },
    );
    // Refusals alone would say little: some of it has to get through to Kubernetes, the store and the runner.
    for (const status of [200, 400, 403, 502]) {
      expect([status, statuses.get(status) ?? 0]).toEqual([status, expect.toSatisfy((count: number) => count > 0)]);
    }
    const written = [...backend.logs, ...backend.audit].join("\n");
    for (const secret of tokens) expect(written).not.toContain(secret);
  }, 600_000);
});
