/** Whatever answers in a provider's place may send back all that it was sent, in any form: no key may reach the agent. */
import type { IncomingMessage, RequestListener } from "node:http";
import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { KEY, startTestBroker, startUpstream, TOKEN } from "./harness.ts";

const GIT_TOKEN = "ghp_canaryGitToken0123456789";

function keyOf(request: IncomingMessage): string {
  const bearer = (request.headers.authorization ?? "").replace("Bearer ", "");
  return String(request.headers["x-api-key"] ?? request.headers["x-goog-api-key"] ?? bearer);
}

const FORMS: Readonly<Record<string, (key: string) => string>> = {
  plain: (key) => key,
  "in JSON": (key) => JSON.stringify({ key, again: [key, key] }),
  "in a sentence": (key) => `Incorrect API key provided: ${key}.`,
  "url-encoded": (key) => encodeURIComponent(key),
  base64: (key) => Buffer.from(key).toString("base64"),
  "base64 of a basic credential": (key) => Buffer.from(`user:${key}`).toString("base64"),
  "base64 of JSON": (key) => Buffer.from(JSON.stringify({ a: 1, key })).toString("base64"),
  base64url: (key) => Buffer.from(`xy${key}z`).toString("base64url"),
  hex: (key) => Buffer.from(key).toString("hex"),
  "upper case hex": (key) => Buffer.from(key).toString("hex").toUpperCase(),
  reversed: (key) => Array.from(key).reverse().join(""),
};

/** Every form that a reader could turn back into the key. */
function holdsKey(text: string, key: string): boolean {
  const candidates = [
    text,
    text.replaceAll(/%([0-9a-fA-F]{2})/g, (_, hex: string) => String.fromCodePoint(Number.parseInt(hex, 16))),
    Array.from(text).reverse().join(""),
    ...(text.match(/[0-9a-fA-F]{16,}/g) ?? []).map((hex) => Buffer.from(hex, "hex").toString()),
    ...(text.match(/[A-Za-z0-9+/_-]{12,}/g) ?? []).flatMap((run) =>
      [0, 1, 2, 3].map((skip) => Buffer.from(run.slice(skip), "base64").toString("latin1")),
    ),
  ];
  return candidates.some((candidate) => candidate.includes(key));
}

const PATHS = {
  anthropic: "/anthropic/v1/messages",
  gemini: "/gemini/v1beta/models/g:generateContent",
  openai: "/openai/v1/chat/completions",
} as const;

const SECRETS = { ANTHROPIC_API_KEY: KEY, GEMINI_API_KEY: `${KEY}-g`, OPENAI_API_KEY: `${KEY}-o` };

async function ask(
  listener: RequestListener,
  provider: keyof typeof PATHS = "anthropic",
): Promise<{ seen: string; log: string }> {
  await using upstream = await startUpstream(listener);
  await using broker = await startTestBroker(
    { ANTHROPIC_UPSTREAM_URL: upstream.url, GEMINI_UPSTREAM_URL: upstream.url, OPENAI_UPSTREAM_URL: upstream.url },
    SECRETS,
    { GITHUB_TOKEN: GIT_TOKEN },
  );
  const response = await fetch(broker.url + PATHS[provider], {
    method: "POST",
    headers: { "x-api-key": TOKEN, "content-type": "application/json" },
    body: "{}",
  });
  const seen = `${JSON.stringify([...response.headers])}\n${response.statusText}\n${await response.text().catch(String)}`;
  return { seen, log: broker.log() };
}

describe("canary keys", () => {
  it.each(Object.keys(FORMS))("%s: in neither body, header nor log", async (form) => {
    const write = FORMS[form] ?? String;
    expect(holdsKey(write(KEY), KEY)).toBe(true);
    const { seen, log } = await ask((request, response) => {
      const leak = write(keyOf(request));
      response.setHeader("x-echo", leak);
      response.setHeader("content-type", "text/plain");
      response.end(`before ${leak} after`);
    });
    expect(holdsKey(seen, KEY)).toBe(false);
    expect(seen).toMatch(/before .*\[redacted\].* after/);
    expect(holdsKey(log, KEY)).toBe(false);
  });

  it.each(Object.keys(PATHS) as (keyof typeof PATHS)[])(
    "%s: in no stream, however the key is cut",
    async (provider) => {
      const { seen } = await ask((request, response) => {
        response.setHeader("content-type", "text/event-stream");
        const line = `data: ${JSON.stringify({ echoed: request.headers, key: keyOf(request) })}\n\n`;
        let at = 0;
        const next = (): void => {
          if (at >= line.length) return void response.end();
          response.write(line.slice(at, at + 7));
          at += 7;
          setImmediate(next);
        };
        next();
      }, provider);
      expect(seen).toContain("echoed");
      expect(holdsKey(seen, KEY)).toBe(false);
      expect(seen).not.toContain(TOKEN);
    },
  );

  it.each([
    ["gzip", gzipSync],
    ["deflate", deflateSync],
    ["br", brotliCompressSync],
    ["zstd", zstdCompressSync],
  ] as const)("not in an answer that is packed by %s", async (encoding, pack) => {
    const { seen } = await ask((request, response) => {
      expect(request.headers["accept-encoding"]).toBe("identity");
      response.setHeader("content-encoding", encoding);
      response.end(pack(`the key is ${keyOf(request)}.`));
    });
    expect(seen).toContain("the key is [redacted].");
  });

  it("not in a cookie", async () => {
    const { seen } = await ask((request, response) => {
      response.setHeader("set-cookie", `k=${keyOf(request)}`);
      response.end("done");
    });
    expect(seen).toContain("done");
    expect(seen).not.toContain("set-cookie");
  });

  it("not in a redirect, which is not passed on at all", async () => {
    const { seen } = await ask((request, response) => {
      response
        .writeHead(307, { location: `https://elsewhere.example/?key=${encodeURIComponent(keyOf(request))}` })
        .end();
    });
    expect(seen).toContain("Anthropic answered with a redirect");
    expect(seen).not.toContain("elsewhere.example");
  });

  it("not when the provider refuses the key, breaks off or speaks no HTTP", async () => {
    for (const listener of [
      (request: IncomingMessage, response: Parameters<RequestListener>[1]) =>
        void response.writeHead(401, `bad ${KEY.slice(0, 4)}`).end(`invalid key ${keyOf(request)}`),
      (request: IncomingMessage) => void request.socket.end(`nonsense ${keyOf(request)}\r\n\r\n`),
    ]) {
      const { seen, log } = await ask(listener);
      expect(holdsKey(seen, KEY)).toBe(false);
      expect(holdsKey(log, KEY)).toBe(false);
    }
  });

  it("not in the broker's own answers", async () => {
    await using broker = await startTestBroker({}, SECRETS, { GITHUB_TOKEN: GIT_TOKEN });
    for (const path of ["/health", "/ready", "/metrics", "/usage", "/nowhere", "/git/github.com/a/b"]) {
      const text = await (await broker.get(path)).text();
      for (const secret of [KEY, GIT_TOKEN, TOKEN]) expect(holdsKey(text, secret)).toBe(false);
    }
    for (const secret of [KEY, GIT_TOKEN, TOKEN]) expect(broker.log()).not.toContain(secret);
  });
});
