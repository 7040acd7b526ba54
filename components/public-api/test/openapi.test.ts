/** The gateway's description is valid, and names everything that a client has to send. */
import { Validator } from "@seriousme/openapi-schema-validator";
import { afterAll, beforeAll, expect, it } from "vitest";
import { z } from "zod";
import { TestGateway } from "./gateway.ts";

let gateway: TestGateway;

beforeAll(async () => {
  gateway = await TestGateway.start("http://127.0.0.1:9");
});
afterAll(async () => gateway.stop());

const Document = z.looseObject({
  paths: z.record(
    z.string(),
    z.record(z.string(), z.looseObject({ parameters: z.array(z.looseObject({ name: z.string() })).optional() })),
  ),
});

it("is valid OpenAPI 3.1, with the project's header wherever one is needed", async () => {
  const { status, body } = await gateway.call("GET", "/v1/openapi.json");
  expect(status).toBe(200);
  const validator = new Validator();
  expect(await validator.validate(structuredClone(body))).toEqual({ valid: true });
  expect(validator.version).toBe("3.1");
  const sessions = Object.entries(Document.parse(body).paths).filter(([path]) => path.startsWith("/v1/sessions"));
  expect(sessions.length).toBeGreaterThan(5);
  const unnamed = sessions.flatMap(([path, item]) =>
    Object.entries(item)
      .filter(([, { parameters = [] }]) => !parameters.some(({ name }) => name === "X-Project"))
      .map(([method]) => `${method} ${path}`),
  );
  expect(unnamed).toEqual([]);
});
