import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { HttpsServer } from "../test/support/https-server.ts";
import { guardedGet, type GuardOptions } from "./guarded-get.ts";

let server: HttpsServer;
let port: number;

beforeAll(async () => {
  server = await HttpsServer.start(["gitlab.corp", "localhost"]);
  ({ port } = server);
});
afterAll(async () => server.stop());
beforeEach(() => {
  server.connections = 0;
  server.answer = (_, response) => response.end("hello");
});

const loopback = async () => ["127.0.0.1"];
const allowed = (options: Partial<GuardOptions> = {}): GuardOptions => ({
  allowedHosts: [`gitlab.corp:${port}`],
  certificateAuthorities: server.certificate,
  resolve: loopback,
  ...options,
});

describe("a guarded request", () => {
  it("reaches an allowed host of the installation's own network, under its own authority", async () => {
    server.answer = (request, response) =>
      response.end(`${request.headers.host} ${request.url} ${String(request.headers["x-key"])}`);
    const url = `https://gitlab.corp:${port}/api/v4/user?a=b`;
    await expect(guardedGet(url, { "x-key": "k" }, allowed())).resolves.toEqual({
      status: 200,
      text: `gitlab.corp:${port} /api/v4/user?a=b k`,
    });
  });

  it("trusts no authority that it was not told", async () => {
    const options = allowed({ certificateAuthorities: undefined });
    await expect(guardedGet(`https://gitlab.corp:${port}/`, {}, options)).rejects.toMatchObject({
      code: "UNREACHABLE",
      message: expect.stringMatching(/SELF_SIGNED/),
    });
  });

  it("follows no redirect", async () => {
    server.answer = (_, response) => response.writeHead(302, { location: `https://127.0.0.1:${port}/` }).end();
    await expect(guardedGet(`https://gitlab.corp:${port}/`, {}, allowed())).resolves.toMatchObject({ status: 302 });
    expect(server.connections).toBe(1);
  });

  it("waits only so long, and reads only so much", async () => {
    server.answer = () => {};
    const short = allowed({ timeoutMilliseconds: 100 });
    await expect(guardedGet(`https://gitlab.corp:${port}/`, {}, short)).rejects.toThrow(/does not answer in time/);
    const silent = allowed({ timeoutMilliseconds: 100, resolve: async () => new Promise(() => {}) });
    await expect(guardedGet(`https://gitlab.corp:${port}/`, {}, silent)).rejects.toThrow(/does not answer in time/);
    server.answer = (_, response) => {
      const more = (): boolean => response.write("x".repeat(10_000));
      response.on("drain", more);
      while (more());
    };
    const small = allowed({ maxBytes: 50_000 });
    await expect(guardedGet(`https://gitlab.corp:${port}/`, {}, small)).rejects.toMatchObject({
      code: "ANSWER_TOO_LARGE",
    });
  });

  it("ends with its caller", async () => {
    const caller = new AbortController();
    // Once it has been asked, so that no connection of this test comes in during another.
    server.answer = () => caller.abort(new Error("gone"));
    await expect(guardedGet(`https://gitlab.corp:${port}/`, {}, allowed(), caller.signal)).rejects.toThrow("gone");
  });

  it("resolves a name once, and connects to what it has checked", async () => {
    // A name server that answers with a public address first, and then with the one that the attacker is after.
    let asked = 0;
    const rebinding = async () => [asked++ === 0 ? "192.0.2.1" : "127.0.0.1"];
    const options = { allowedHosts: [], resolve: rebinding, timeoutMilliseconds: 200 };
    await expect(guardedGet("https://rebind.example/", {}, options)).rejects.toThrow(/not public/);
    asked = 0;
    const lists = { allowedHosts: ["rebind.example"], resolve: rebinding, timeoutMilliseconds: 200 };
    await expect(guardedGet("https://rebind.example/", {}, lists)).rejects.toMatchObject({
      code: "UNREACHABLE",
    });
    expect(asked).toBe(1);
    expect(server.connections).toBe(0);
  });

  it("refuses a name of which any address is not public", async () => {
    const mixed = { allowedHosts: [], resolve: async () => ["1.1.1.1", "127.0.0.1"] };
    await expect(guardedGet("https://mixed.example/", {}, mixed)).rejects.toMatchObject({
      code: "DESTINATION_REFUSED",
    });
  });
});

/** Ways to write the address of something private, or to ask for something else than HTTPS. */
const ATTACKS = [
  "https://127.0.0.1:PORT/",
  "https://127.0.0.1/",
  "https://127.1:PORT/",
  "https://127.0.1:PORT/",
  "https://2130706433:PORT/",
  "https://0x7f000001:PORT/",
  "https://0x7f.0.0.1:PORT/",
  "https://0177.0.0.1:PORT/",
  "https://017700000001:PORT/",
  "https://127.0.0.1.:PORT/",
  "https://127.255.255.254:PORT/",
  "https://0.0.0.0:PORT/",
  "https://0:PORT/",
  "https://%31%32%37.0.0.1:PORT/",
  "https://①②⑦.⓪.⓪.①:PORT/",
  "https://１２７.０.０.１:PORT/",
  "https://localhost:PORT/",
  "https://LOCALHOST:PORT/",
  "https://localhost.:PORT/",
  "https://ⓛocalhost:PORT/",
  "https://[::1]:PORT/",
  "https://[::]:PORT/",
  "https://[0:0:0:0:0:0:0:1]:PORT/",
  "https://[::ffff:127.0.0.1]:PORT/",
  "https://[::ffff:7f00:1]:PORT/",
  "https://[0:0:0:0:0:ffff:127.0.0.1]:PORT/",
  "https://[::127.0.0.1]:PORT/",
  "https://[64:ff9b::127.0.0.1]:PORT/",
  "https://[64:ff9b:1::7f00:1]:PORT/",
  "https://[2002:7f00:1::]:PORT/",
  "https://[2001:0:7f00:1::]:PORT/",
  "https://[fe80::1]:PORT/",
  "https://[fec0::1]/",
  "https://[fc00::1]/",
  "https://[fd00:ec2::254]/latest/meta-data/",
  "https://[ff02::1]/",
  "https://[100::1]/",
  "https://[2001:db8::1]/",
  "https://10.0.0.1/",
  "https://172.16.0.1/",
  "https://172.31.255.255/",
  "https://192.168.1.1/",
  "https://100.64.0.1/",
  "https://169.254.169.254/latest/meta-data/iam/security-credentials/",
  "https://169.254.170.2/v2/credentials",
  "https://0xa9fea9fe/",
  "https://2852039166/",
  "https://[::ffff:169.254.169.254]/",
  "https://168.63.129.16/metadata",
  "https://100.100.100.200/latest/meta-data/",
  "https://192.0.0.192/opc/v2/",
  "https://198.18.0.1/",
  "https://224.0.0.1/",
  "https://240.0.0.1/",
  "https://255.255.255.255/",
  "https://gitlab.example@127.0.0.1:PORT/",
  "https://127.0.0.1:PORT\\@gitlab.example/",
  "https://gitlab.example#@127.0.0.1:PORT/",
  "https://private.example:PORT/",
  "https://private.example/",
  "https://kubernetes.default.svc/api/v1/secrets",
  "https://gitlab.corp.example:PORT/",
  "https://public.example:PORT/",
  "https://public.example:22/",
  "https://public.example:6443/",
  "http://gitlab.corp:PORT/",
  "http://169.254.169.254/computeMetadata/v1/",
  "file:///etc/passwd",
  "ftp://127.0.0.1/",
  "gopher://127.0.0.1:PORT/_GET",
  "data:text/html,hello",
  "javascript:1",
  "unix:/var/run/docker.sock",
  "//127.0.0.1:PORT/",
  "127.0.0.1:PORT",
  "https://",
  "",
];

describe("an attack", () => {
  const names: Readonly<Record<string, string[]>> = { "public.example": ["1.1.1.1"], "gitlab.example": ["127.0.0.1"] };
  const resolve = async (host: string): Promise<string[]> => names[host] ?? ["127.0.0.1"];

  it.each(ATTACKS)("%s connects to nothing", async (attack) => {
    const url = attack.replaceAll("PORT", String(port));
    const options = { ...allowed(), resolve, timeoutMilliseconds: 500 };
    await expect(guardedGet(url, { "private-token": "secret" }, options)).rejects.toMatchObject({
      code: "DESTINATION_REFUSED",
      message: expect.not.stringContaining("secret"),
    });
    expect(server.connections).toBe(0);
  });
});
