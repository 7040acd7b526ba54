/** Testing a project's credentials, with the operator's part played by the test. */
import { PROJECT_SETTINGS_NAME } from "@pilothouse/contracts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { projectSettings } from "../src/kubernetes/resources.ts";
import { TestBackend } from "./backend.ts";
import { TestCluster } from "./cluster.ts";

let cluster: TestCluster;
let backend: TestBackend;
let operator: NodeJS.Timeout | undefined;

const KEY = { namespace: "blue", name: PROJECT_SETTINGS_NAME };
const TEST = "/api/projects/blue/integrations/github/test";

beforeAll(async () => {
  cluster = await TestCluster.start();
  backend = await TestBackend.start(cluster, { INTEGRATION_TEST_SECONDS: "1" });
  await cluster.project("blue", [
    { user: "olga", role: "admin" },
    { user: "edith", role: "edit" },
    { user: "vic", role: "view" },
  ]);
}, 60_000);

afterAll(async () => {
  clearInterval(operator);
  await backend?.stop();
  await cluster?.stop();
});

async function answerChecks(found: Record<string, unknown>): Promise<void> {
  const { spec } = await cluster.admin.get(projectSettings, KEY);
  const integrations = Object.entries(spec?.integrationChecks ?? {}).map(([id, requestId]) => ({
    id,
    requestId,
    checkedAt: "2026-01-01T00:00:00Z",
    ...found,
  }));
  const patch = { type: "merge", body: { status: { integrations } } } as const;
  await cluster.admin.patch(projectSettings, KEY, patch, { subresource: "status" });
}

describe("a test of a credential", () => {
  it("times out when no operator answers", async () => {
    const { status, body } = await backend.call("POST", TEST, cluster.token("olga"));
    expect(status).toBe(504);
    expect(body).toHaveProperty("code", "TEST_TIMED_OUT");
  });

  it("answers what the operator found, and the list knows it from then on", async () => {
    const data = { GITHUB_TOKEN: "ghp_x" };
    await backend.call("PUT", "/api/projects/blue/integration-secrets", cluster.token("olga"), { data });
    await cluster.noteSecrets("blue");
    const found = { configured: true, valid: true, account: "octocat" };
    operator = setInterval(() => void answerChecks(found).catch(() => undefined), 50);
    const { status, body } = await backend.call("POST", TEST, cluster.token("olga"));
    clearInterval(operator);
    expect(status).toBe(200);
    expect(body).toEqual({ id: "github", ...found, checkedAt: "2026-01-01T00:00:00Z" });
    const { body: listed } = await backend.call("GET", "/api/projects/blue/integrations", cluster.token("vic"));
    expect(listed).toMatchObject({
      items: [
        { id: "github", configured: true, valid: true, account: "octocat" },
        { id: "gitlab", configured: false },
        { id: "jira", configured: false },
      ],
    });
  });

  it("is for admins, and for services that are known", async () => {
    const before = (await cluster.admin.get(projectSettings, KEY)).spec?.integrationChecks;
    for (const user of ["edith", "vic", "mallory"]) {
      expect([user, (await backend.call("POST", TEST, cluster.token(user))).status]).toEqual([user, 403]);
    }
    const unknown = await backend.call("POST", TEST.replace("github", "nothing"), cluster.token("olga"));
    expect(unknown.status).toBe(400);
    expect((await cluster.admin.get(projectSettings, KEY)).spec?.integrationChecks).toEqual(before);
  });
});
