import { createServer, type Server } from "node:http";
import { type AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { artifactPath, serveArtifactFrame } from "./artifact-frames.ts";

describe("the address of an artifact", () => {
  it("names the file in the words of the backend", () => {
    expect(artifactPath("/artifact-frame/p/s/artifacts/a%20b/report.html")).toBe(
      "/api/projects/p/agentic-sessions/s/workspace/artifacts/a%20b/report.html",
    );
  });

  it.each([
    "/artifact-frame/p/s/repos/index.html",
    "/artifact-frame/p/s/artifacts/report.svg",
    "/artifact-frame/p/s/artifacts/../repos/x.html",
    "/artifact-frame/p/s/artifacts/%2e%2e/x.html",
    "/artifact-frame/p/s/artifacts/%2e%2e%2fx.html",
    "/artifact-frame/p/s/artifacts//x.html",
    "/artifact-frame/p/s/artifacts/%zz.html",
    "/artifact-frame/p//artifacts/x.html",
    "/artifact-frame/p",
  ])("is not %s", (path) => expect(artifactPath(path)).toBeUndefined());
});

describe("a framed page", () => {
  let servers: Server[];
  let base: string;
  const listen = async (server: Server) => {
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  };

  beforeAll(async () => {
    const backend = createServer((request, response) => {
      const isMine = request.headers.authorization === "Bearer good" && request.url?.endsWith("/page.html") === true;
      response.writeHead(isMine ? 200 : 404, { "content-type": "application/octet-stream" });
      response.end(isMine ? "<h1>Report</h1>" : "{}");
    });
    const backendUrl = new URL(await listen(backend));
    const frames = createServer((request, response) => {
      void serveArtifactFrame(request, response, { backendUrl, token: "good", path: request.url ?? "" });
    });
    base = await listen(frames);
    servers = [backend, frames];
  });
  afterAll(() => {
    for (const server of servers) {
      server.closeAllConnections();
      server.close();
    }
  });

  it("has an origin of its own, and reaches nobody", async () => {
    const answer = await fetch(`${base}/artifact-frame/p/s/artifacts/page.html`);
    expect(await answer.text()).toBe("<h1>Report</h1>");
    expect(answer.headers.get("content-type")).toMatch(/^text\/html/);
    const policy = answer.headers.get("content-security-policy") ?? "";
    expect(policy).toMatch(/^sandbox allow-scripts; default-src 'none'/);
    expect(policy).not.toMatch(/allow-same-origin|allow-top|allow-popups|connect-src|https?:/);
    expect(answer.headers.get("x-frame-options")).toBe("SAMEORIGIN");
  });

  it("is refused where it is not there, and to anything but reading", async () => {
    expect((await fetch(`${base}/artifact-frame/p/s/artifacts/gone.html`)).status).toBe(404);
    const post = await fetch(`${base}/artifact-frame/p/s/artifacts/page.html`, { method: "POST" });
    expect(post.status).toBe(404);
  });
});
