/** The API's description is valid, and the client that is generated from it works against the server. */
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { createApiClient, type ApiClient, type Resource } from "@pilothouse/api-client";
import { clientTypes, type OpenApiDocument } from "@pilothouse/api-client/generate";
import { Validator } from "@seriousme/openapi-schema-validator";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { TestBackend } from "./backend.ts";
import { TestCluster } from "./cluster.ts";
import { TestRunner } from "./runner.ts";
import { createSession, setEndpoint } from "./session.ts";

let cluster: TestCluster;
let backend: TestBackend;
let address: string;
let client: ApiClient;
let stranger: ApiClient;

beforeAll(async () => {
  cluster = await TestCluster.start();
  backend = await TestBackend.start(cluster);
  const baseUrl = await backend.listen();
  address = baseUrl;
  await cluster.project("blue", [{ user: "olga", role: "admin" }]);
  client = createApiClient({ baseUrl, token: () => cluster.token("olga") });
  stranger = createApiClient({ baseUrl });
}, 60_000);

afterAll(async () => {
  await backend?.stop();
  await cluster?.stop();
});

describe("the description", () => {
  it("is valid OpenAPI 3.1", async () => {
    const validator = new Validator();
    const result = await validator.validate(
      JSON.parse(JSON.stringify(backend.app.swagger())) as Record<string, unknown>,
    );
    expect(result).toEqual({ valid: true });
    expect(validator.version).toBe("3.1");
  });

  it("has every operation once, under an id of its own, and says who may call it", () => {
    const { paths = {} } = backend.app.swagger() as { paths?: Record<string, Record<string, Record<string, unknown>>> };
    const operations = Object.values(paths).flatMap((item) => Object.values(item));
    const ids = operations.map((operation) => operation["operationId"]);
    expect(new Set(ids).size).toBe(operations.length);
    expect(operations.filter((operation) => typeof operation["description"] !== "string")).toEqual([]);
    expect(Object.keys(paths).filter((path) => path.includes("*"))).toEqual([]);
  });
});

describe("the generated client", () => {
  it("creates, lists and reads, with the types of the API", async () => {
    const path = { project: "blue" };
    const made = await client.POST("/api/projects/{project}/agentic-sessions", {
      params: { path },
      body: { name: "typed", runnerType: "replay", displayName: "Typed" },
    });
    expect(made.response.status).toBe(201);
    const session: Resource<"Session"> | undefined = made.data;
    expect(session?.spec.displayName).toBe("Typed");
    const query = { search: "TYPED", limit: 5 };
    const list = await client.GET("/api/projects/{project}/agentic-sessions", { params: { path, query } });
    expect(list.data?.items.map(({ metadata }) => metadata.name)).toEqual(["typed"]);
  });

  it("runs its example, twice, and makes one session", async () => {
    const program = fileURLToPath(new URL("../../../packages/api-client/examples/first-session.ts", import.meta.url));
    const env = { ...process.env, PILOTHOUSE_URL: address, PILOTHOUSE_TOKEN: cluster.token("olga") };
    const first = await promisify(execFile)(process.execPath, [program, "blue"], { env });
    expect(first.stdout).toMatch(/^session-\w+ {2}Pending {2}From the typed client$/m);
    const second = await promisify(execFile)(process.execPath, [program, "blue"], { env });
    expect(second.stdout).toBe(first.stdout);
    const refused = promisify(execFile)(process.execPath, [program, "none"], { env });
    await expect(refused).rejects.toMatchObject({ code: 1, stderr: expect.stringMatching(/^(FORBIDDEN|NOT_FOUND): /) });
  });

  it("gives errors their type", async () => {
    const { data, error } = await client.GET("/api/projects/{project}/agentic-sessions/{session}", {
      params: { path: { project: "blue", session: "none" } },
    });
    expect(data).toBeUndefined();
    const code: string | undefined = error?.code;
    expect(code).toBe("NOT_FOUND");
    expect((await stranger.GET("/api/me")).response.status).toBe(401);
  });

  it("writes the path of a file part by part", async () => {
    const session = await createSession(cluster, "blue", "files");
    const runner = new TestRunner(backend.jwks, session.uid);
    runner.answer = () => ({ status: 204, body: "" });
    await setEndpoint(cluster, session, await runner.start());
    const path = { project: "blue", session: "files", path: "docs/a b?.txt" };
    await client.DELETE("/api/projects/{project}/agentic-sessions/{session}/workspace/{path}", { params: { path } });
    expect(runner.calls.map(({ url }) => url)).toEqual(["/workspace/docs/a%20b%3F.txt"]);
    await runner.stop();
  });

  it("cannot be used wrongly", () => {
    const misuse = async (): Promise<unknown[]> => [
      // @ts-expect-error there is no such path
      await client.GET("/api/nothing"),
      // @ts-expect-error a project has to be named
      await client.GET("/api/projects/{project}/keys"),
      await client.POST("/api/projects", {
        // @ts-expect-error the name is missing, and size is no field
        body: { size: 3 },
      }),
    ];
    expect(misuse).toBeTypeOf("function");
  });
});

it("types hold what the schemas say", () => {
  const document: OpenApiDocument = {
    paths: {
      "/things/{id}": {
        get: {
          parameters: [{ name: "id", in: "path", required: true, schema: { type: "string" } }],
          responses: { 200: { content: { "application/json": { schema: { $ref: "#/components/schemas/Thing" } } } } },
        },
      },
    },
    components: {
      schemas: {
        Thing: {
          type: "object",
          properties: {
            kind: { enum: ["a", "b"] },
            size: { type: ["number", "null"], description: "In */ bytes" },
            tags: { type: "array", items: { anyOf: [{ type: "string" }, { const: 1 }] } },
            labels: { type: "object", additionalProperties: { type: "string" } },
          },
          required: ["kind"],
        },
      },
    },
  };
  const text = clientTypes(document).replaceAll(/\s+/g, " ");
  expect(text).toContain(
    '"Thing": { "kind": "a" | "b"; /** In *\\/ bytes */ "size"?: number | null; ' +
      '"tags"?: (string | 1)[]; "labels"?: { [name: string]: string }; };',
  );
  expect(text).toContain('get: { parameters: { path: { "id": string; }; };');
});
