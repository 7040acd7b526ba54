/** The interface, sentence by sentence, over real connections; and one shape for whatever is refused. */
import { ErrorBody } from "@pilothouse/contracts";
import { request as send } from "node:http";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { TestBackend } from "./backend.ts";
import { TestCluster } from "./cluster.ts";
import { TestRunner } from "./runner.ts";
import { createSession, setEndpoint } from "./session.ts";
import { SURFACE, type Row } from "./surface.ts";

let cluster: TestCluster;
let backend: TestBackend;
let runner: TestRunner;
let base: URL;
const tokens = new Map<string, string>();

beforeAll(async () => {
  cluster = await TestCluster.start();
  backend = await TestBackend.start(cluster);
  base = new URL(await backend.listen());
  for (const user of ["olga", "edith", "vic", "mallory"]) tokens.set(user, cluster.token(user));
  await cluster.project("blue", [
    { user: "olga", role: "admin" },
    { user: "edith", role: "edit" },
    { user: "vic", role: "view" },
  ]);
  await createSession(cluster, "blue", "idle");
  const live = await createSession(cluster, "blue", "live");
  runner = new TestRunner(backend.jwks, live.uid);
  runner.answer = () => ({ status: 200, body: { items: [] } });
  await setEndpoint(cluster, live, await runner.start());
}, 60_000);

afterAll(async () => {
  await backend?.stop();
  await runner?.stop();
  await cluster?.stop();
});

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

/** The address goes out as it is written: a client's own idea of `..` would hide what is asked. */
async function ask({ as = "olga", method = "GET", path, body, headers = {} }: Row): Promise<Answer> {
  const filled = (text: string): string =>
    text.replaceAll(/\$(olga|vic)/g, (_, user: string) => tokens.get(user) ?? "");
  const token = tokens.get(as);
  const payload = typeof body === "string" || body === undefined ? body : JSON.stringify(body);
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const outgoing = send(
    {
      host: base.hostname,
      port: base.port,
      method,
      path: filled(path),
      headers: {
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(payload === undefined
          ? {}
          : { "content-type": "application/json", "content-length": Buffer.byteLength(payload) }),
        ...Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, filled(value)])),
      },
    },
    (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
      response.once("end", () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }));
    },
  );
  outgoing.once("error", reject).end(payload);
  return promise;
}

describe.each(Object.entries(SURFACE))("%s", (_, rows) => {
  it.each(rows.map((row): [string, Row] => [nameOf(row), row]))("%s", async (_name, row) => {
    const { status, headers, text } = await ask(row);
    expect([status, status === row.status ? "" : text]).toEqual([row.status, ""]);
    expect(headers).toMatchObject(row.answers ?? {});
    const read: unknown = row.has === undefined && status < 400 ? {} : JSON.parse(text);
    expect(read).toMatchObject(row.has ?? {});
    expect(status < 400 || ErrorBody.safeParse(read).success).toBe(true);
    for (const token of tokens.values()) expect(text).not.toContain(token);
  });
});

it("says the same of a project that is hidden and of one that is absent", async () => {
  for (const rest of ["", "/access", "/agentic-sessions", "/permissions", "/settings", "/models", "/keys"]) {
    const hidden = await ask({ as: "mallory", path: `/api/projects/blue${rest}`, status: 403 });
    const absent = await ask({ as: "mallory", path: `/api/projects/gone${rest}`, status: 403 });
    expect([rest, hidden.status, hidden.text.replaceAll("blue", "gone")]).toEqual([rest, absent.status, absent.text]);
  }
});

it("refuses a file that turns out too large while it comes, as one that says so", async () => {
  const chunk = Buffer.alloc(1024 * 1024);
  const { promise, resolve } = Promise.withResolvers<number>();
  const outgoing = send({
    host: base.hostname,
    port: base.port,
    method: "PUT",
    path: "/api/projects/blue/agentic-sessions/live/workspace/big",
    headers: { authorization: `Bearer ${tokens.get("olga") ?? ""}`, "content-type": "application/octet-stream" },
  });
  outgoing.once("response", (response) => resolve(response.resume().statusCode ?? 0)).on("error", () => undefined);
  for (let sent = 0; sent < 11; sent += 1) outgoing.write(chunk);
  outgoing.end();
  expect(await promise).toBe(413);
});

function nameOf({ as = "olga", method = "GET", path, body, headers, status }: Row): string {
  const sent = body === undefined ? "" : ` ${JSON.stringify(body).slice(0, 60)}`;
  const with_ = headers === undefined ? "" : ` ${Object.keys(headers).join()}`;
  return `${as}: ${method} ${path.slice(0, 90)}${sent}${with_} → ${status}`;
}
