import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { HttpsServer } from "../../../../packages/egress/test/support/https-server.ts";
import { checkCredential } from "./check.ts";
import { services, type Credentials } from "./services.ts";

let server: HttpsServer;
let asked: { url: string | undefined; headers: Record<string, unknown> }[];
let base: string;

beforeAll(async () => {
  server = await HttpsServer.start(["corp.test"]);
  base = `https://corp.test:${server.port}`;
});
afterAll(async () => server.stop());
beforeEach(() => (asked = []));

function answerWith(status: number, body: unknown, headers: Record<string, string> = {}): void {
  server.answer = (request, response) => {
    asked.push({ url: request.url, headers: request.headers });
    response.writeHead(status, headers).end(typeof body === "string" ? body : JSON.stringify(body));
  };
}

async function check(id: string, credentials: Credentials) {
  const service = services(base).find((candidate) => candidate.id === id);
  if (service === undefined) throw new Error(`no service ${id}`);
  const guard = {
    allowedHosts: [`corp.test:${server.port}`],
    certificateAuthorities: server.certificate,
    resolve: async () => ["127.0.0.1"],
    timeoutMilliseconds: 10_000,
  };
  return checkCredential(service, credentials, guard, new AbortController().signal);
}

describe("a test of a credential", () => {
  it("asks GitHub for the token's user", async () => {
    answerWith(200, { login: "ada", email: "ada@example.com" });
    await expect(check("github", { GITHUB_TOKEN: "ghp_1" })).resolves.toEqual({ valid: true, account: "ada" });
    expect(asked).toEqual([{ url: "/user", headers: expect.objectContaining({ authorization: "Bearer ghp_1" }) }]);
  });

  it("asks GitLab's instance for the token's user, below its path", async () => {
    answerWith(200, { username: "ada" });
    const credentials = { GITLAB_TOKEN: "glpat-1", GITLAB_INSTANCE_URL: `${base}/git/` };
    await expect(check("gitlab", credentials)).resolves.toEqual({ valid: true, account: "ada" });
    expect(asked).toMatchObject([{ url: "/git/api/v4/user", headers: { "private-token": "glpat-1" } }]);
  });

  it.each<[string, Credentials, string]>([
    ["Cloud", { JIRA_EMAIL: "a@b.c" }, `Basic ${Buffer.from("a@b.c:t0ken").toString("base64")}`],
    ["Data Center", {}, "Bearer t0ken"],
  ])("asks Jira %s for the token's user", async (_, more, authorization) => {
    answerWith(200, { displayName: "Ada L." });
    const credentials = { JIRA_URL: base, JIRA_API_TOKEN: "t0ken", ...more };
    await expect(check("jira", credentials)).resolves.toEqual({ valid: true, account: "Ada L." });
    expect(asked).toMatchObject([{ url: "/rest/api/3/myself", headers: { authorization } }]);
  });

  it.each<[string, number, unknown, RegExp]>([
    ["a refusal", 401, { message: "Bad credentials for ghp_secret" }, /does not accept the credential \(401\)/],
    ["a failure", 500, "ghp_secret", /answers with status 500/],
    ["something else", 200, "<html>ghp_secret</html>", /what answers is not GitHub/],
    ["a redirect", 302, "", /a redirect, which is not followed/],
  ])("says what %s means, and nothing of the answer", async (_, status, body, message) => {
    answerWith(status, body, status === 302 ? { location: "https://127.0.0.1/?ghp_secret" } : {});
    const verdict = await check("github", { GITHUB_TOKEN: "ghp_secret" });
    expect(verdict).toEqual({ valid: false, message: expect.stringMatching(message) });
    expect(JSON.stringify(verdict)).not.toContain("ghp_secret");
    expect(asked).toHaveLength(1);
  });

  it("keeps a credential that is given back out of the account's name", async () => {
    answerWith(200, { login: `ghp_secret\u0007${"x".repeat(400)}` });
    const { account = "" } = await check("github", { GITHUB_TOKEN: "ghp_secret" });
    expect(account).toMatch(/^\*\*\*x+$/);
    expect(account.length).toBeLessThanOrEqual(253);
  });

  it.each<[string, string, Credentials, RegExp]>([
    ["nothing to send", "jira", { JIRA_URL: "https://x.test" }, /JIRA_API_TOKEN must be set/],
    ["a header in a token", "github", { GITHUB_TOKEN: "a\r\nx-evil: 1" }, /GITHUB_TOKEN holds characters/],
    ["plain http", "gitlab", { GITLAB_TOKEN: "t", GITLAB_INSTANCE_URL: "http://corp.test" }, /only https/],
    ["a private address", "gitlab", { GITLAB_TOKEN: "t", GITLAB_INSTANCE_URL: "https://10.0.0.1" }, /not public/],
    ["the metadata service", "jira", { JIRA_URL: "https://169.254.169.254/x", JIRA_API_TOKEN: "t" }, /not public/],
    ["credentials", "jira", { JIRA_URL: "https://a:b@corp.test", JIRA_API_TOKEN: "t" }, /no credentials/],
    ["no address", "jira", { JIRA_URL: "corp.test", JIRA_API_TOKEN: "t" }, /not an address/],
  ])("asks nobody when there is %s", async (_, id, credentials, message) => {
    answerWith(200, {});
    await expect(check(id, credentials)).resolves.toEqual({ valid: false, message: expect.stringMatching(message) });
    expect(asked).toEqual([]);
  });
});
