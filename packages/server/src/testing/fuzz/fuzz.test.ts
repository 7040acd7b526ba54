/** The fuzzer finds what is wrong with a server: each fault is one that a real one could have. */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, it } from "vitest";
import { fuzz } from "./index.ts";

const error = { content: { "application/json": { schema: { type: "object", required: ["code"] } } } };
const thing = {
  type: "object",
  properties: { size: { type: "integer", minimum: 1 } },
  required: ["size"],
  additionalProperties: false,
};
const document = {
  openapi: "3.1.0",
  paths: {
    "/things": {
      post: {
        security: [],
        requestBody: { required: true, content: { "application/json": { schema: thing } } },
        responses: { 200: { content: { "application/json": { schema: thing } } }, 400: error },
      },
    },
  },
};

let server: Server;
let answer: (body: string) => { status: number; body: string; type?: string };

beforeAll(async () => {
  server = createServer((request, response) => {
    let text = "";
    request.on("data", (chunk: Buffer) => (text += chunk.toString("utf8")));
    request.on("end", () => {
      const { status, body, type = "application/json" } = answer(text);
      response.writeHead(status, { "content-type": type }).end(body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
});
afterAll(() => server.close());

const refusal = { status: 400, body: '{"code":"INVALID_REQUEST"}' };
function isThing(body: string): boolean {
  try {
    const { size, ...rest } = JSON.parse(body) as { size?: unknown };
    return Number.isInteger(size) && Number(size) >= 1 && Object.keys(rest).length === 0;
  } catch {
    return false;
  }
}
const right = (body: string) => (isThing(body) ? { status: 200, body } : refusal);

it.each([
  ["nothing, of one that is as it says", right, undefined],
  [
    "a status",
    (body: string) => (isThing(body) ? { status: 201, body } : refusal),
    /status 201 is not in the document/,
  ],
  ["a type", (body: string) => ({ ...right(body), type: "text/plain" }), /type text\/plain .* is not in the document/],
  ["a shape", (body: string) => (isThing(body) ? { status: 200, body: "{}" } : refusal), /does not fit its schema/],
  ["what is taken though wrong", () => ({ status: 200, body: '{"size":1}' }), /it was taken, though wrong/],
  ["what is refused though right", () => refusal, /it was refused, though right/],
])("finds %s", async (_name, behaviour, problem) => {
  answer = behaviour;
  const { port } = server.address() as AddressInfo;
  const base = `http://127.0.0.1:${port}`;
  const report = await fuzz({ document, base, requests: 60, seed: 7, tokens: [undefined], known: {}, excused: [] });
  const problems = report.findings.map((finding) => finding.problem);
  expect(problems.filter((text) => problem === undefined || !problem.test(text))).toEqual([]);
  expect(problems.length > 0).toBe(problem !== undefined);
});
