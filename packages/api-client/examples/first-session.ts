/**
 * Creates a session and lists what the project has, with a client whose paths, bodies and answers are typed by the API's
 * description. `PILOTHOUSE_URL=http://127.0.0.1:4401 PILOTHOUSE_TOKEN=… node packages/api-client/examples/first-session.ts PROJECT`
 */
import process from "node:process";
import { createApiClient } from "@pilothouse/api-client";

const [project = "demo"] = process.argv.slice(2);
const client = createApiClient({
  baseUrl: process.env["PILOTHOUSE_URL"] ?? "http://127.0.0.1:4401",
  token: () => process.env["PILOTHOUSE_TOKEN"],
});
const path = { project };

const made = await client.POST("/api/projects/{project}/agentic-sessions", {
  params: { path },
  body: { runnerType: "replay", displayName: "From the typed client", initialPrompt: "Fix the flaky test" },
  // A request that is repeated makes no second session.
  headers: { "idempotency-key": `first-session-${project}` },
});
if (made.error !== undefined) {
  process.stderr.write(`${made.error.code}: ${made.error.error}\n`);
  process.exit(1);
}

const list = await client.GET("/api/projects/{project}/agentic-sessions", { params: { path, query: { limit: 10 } } });
const items = list.data !== undefined && "items" in list.data ? list.data.items : [];
for (const { metadata, spec, status } of items) {
  process.stdout.write(`${metadata.name}  ${status?.phase ?? "Pending"}  ${spec.displayName ?? ""}\n`);
}
