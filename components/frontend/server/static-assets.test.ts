import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { brotliCompressSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openStaticAssets } from "./static-assets.ts";

let folder: string;
let server: Server;
let base: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "pilothouse-assets-"));
  await mkdir(join(folder, "chunks"));
  await writeFile(join(folder, "chunks", "a.js"), "let a = 1;");
  await writeFile(join(folder, "chunks", "a.js.br"), brotliCompressSync("let a = 1;"));
  await writeFile(join(folder, "chunks", "plain.js"), "let b = 1;");
  const assets = await openStaticAssets(folder);
  server = createServer((request, response) => {
    if (!assets.serve(request, response, request.url ?? "")) response.writeHead(418).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}/_next/static/chunks`;
});

afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await rm(folder, { recursive: true });
});

describe("scripts and styles", () => {
  it("are sent as they were compressed, to be kept for good", async () => {
    const answer = await fetch(`${base}/a.js`, { headers: { "accept-encoding": "gzip, deflate, br;q=0.9" } });
    expect([answer.headers.get("content-encoding"), await answer.text()]).toEqual(["br", "let a = 1;"]);
    expect(answer.headers.get("content-type")).toContain("text/javascript");
    expect(answer.headers.get("cache-control")).toContain("immutable");
    expect((await fetch(`${base}/a.js`, { method: "HEAD", headers: { "accept-encoding": "br" } })).status).toBe(200);
  });

  it.each([
    ["a.js", "gzip"],
    ["a.js", "br;q=0"],
    ["plain.js", "br"],
    ["a.js.br", "br"],
    ["..%2f..%2fa.js", "br"],
  ])("are left to the pages' server when %s is asked for with %s", async (name, encoding) => {
    expect((await fetch(`${base}/${name}`, { headers: { "accept-encoding": encoding } })).status).toBe(418);
  });
});
