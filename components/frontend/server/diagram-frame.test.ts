import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DIAGRAM_FRAME, serveDiagramFrame } from "./diagram-frame.ts";

describe("the frame that draws diagrams", () => {
  const server = createServer((request, response) => {
    if (!serveDiagramFrame(request, response, new URL(request.url ?? "/", "http://x").pathname))
      response.writeHead(404).end();
  });
  let base: string;
  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => new Promise((resolve) => server.close(resolve)));

  it("has an opaque origin, and may ask no host for anything", async () => {
    const answer = await fetch(base + DIAGRAM_FRAME);
    const policy = answer.headers.get("content-security-policy") ?? "";
    expect(policy.split("; ")).toEqual(expect.arrayContaining(["sandbox allow-scripts", "default-src 'none'"]));
    expect(policy).not.toMatch(/allow-same-origin|connect-src|img-src/);
    expect(answer.headers.get("x-frame-options")).toBe("SAMEORIGIN");
  });

  it("gets the scripts that it names, and nothing else of the folder", async () => {
    const page = await (await fetch(base + DIAGRAM_FRAME)).text();
    const scripts = [...page.matchAll(/src="([^"]+)"/g)].map((match) => match[1]);
    expect(scripts).toHaveLength(2);
    for (const script of scripts) {
      const answer = await fetch(base + script);
      expect(answer.headers.get("content-type")).toMatch(/^text\/javascript/);
      expect(answer.headers.get("cross-origin-resource-policy")).toBe("cross-origin");
      expect(await answer.text()).toMatch(/mermaid/);
    }
    for (const path of ["/package.json", "/../shell.ts", "/diagram-frame.ts", "/constructor"])
      expect((await fetch(`${base}${DIAGRAM_FRAME}${path}`)).status).toBe(404);
  });
});
