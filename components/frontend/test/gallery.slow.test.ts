/** The gallery in a real browser: every kind of message, in both themes, on a desktop and a phone. */
import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import * as fc from "fast-check";
import { type Browser, chromium } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { anyStream } from "./any-stream.ts";
import { firstLoad } from "./first-load.ts";

const FOLDER = fileURLToPath(new URL("..", import.meta.url));
const BUILD_DIR = "node_modules/.cache/ui-test";
const CHROMIUM = process.env["PILOTHOUSE_CHROMIUM"] ?? "/usr/bin/chromium";
const axeSource = createRequire(import.meta.url).resolve("axe-core/axe.min.js");

let directory: string;
let base: string;
let browser: Browser;
let stop: () => Promise<void>;

function run(command: string, args: string[], env: Record<string, string>): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: FOLDER,
      env: { ...process.env, ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const output: Buffer[] = [];
    child.stdout.on("data", (chunk: Buffer) => output.push(chunk));
    child.stderr.on("data", (chunk: Buffer) => output.push(chunk));
    child.on("error", reject);
    child.on("close", (code) => (code === 0 ? resolve() : reject(new Error(Buffer.concat(output).toString()))));
  });
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function untilReady(url: string): Promise<void> {
  const deadline = Date.now() + 30_000;
  for (;;) {
    const status = await fetch(url).then(
      (response) => response.status,
      () => 0, // Not listening yet.
    );
    if (status === 200) return;
    if (Date.now() > deadline) throw new Error(`${url} answers ${status}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "pilothouse-gallery-"));
  const next = createRequire(import.meta.url).resolve("next/dist/bin/next");
  await run(process.execPath, [next, "build"], {
    PILOTHOUSE_UI_BUILD_DIR: BUILD_DIR,
    NEXT_TELEMETRY_DISABLED: "1",
    NODE_ENV: "production",
  });
  const port = await freePort();
  base = `http://127.0.0.1:${port}`;
  const child = spawn(process.execPath, ["server.mjs"], {
    cwd: FOLDER,
    stdio: ["pipe", "ignore", "inherit"],
    env: {
      ...process.env,
      PILOTHOUSE_UI_BUILD_DIR: BUILD_DIR,
      PILOTHOUSE_BACKEND_URL: "http://127.0.0.1:9",
      PILOTHOUSE_COOKIE_KEY_FILE: join(directory, "cookie.key"),
      PILOTHOUSE_EXIT_WITH_PARENT: "1",
      PILOTHOUSE_GALLERY: "1",
      HOSTNAME: "127.0.0.1",
      PORT: String(port),
    },
  });
  const ended = new Promise((resolve) => child.once("exit", resolve));
  stop = async () => {
    child.stdin.end();
    await ended;
  };
  await untilReady(`${base}/ready`);
  browser = await chromium.launch({
    executablePath: CHROMIUM,
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-background-networking",
      "--disable-component-update",
      "--no-first-run",
    ],
  });
}, 300_000);

afterAll(async () => {
  await browser?.close();
  await stop?.();
  if (directory !== undefined) await rm(directory, { recursive: true });
});

/** Opens a page that reports everything that must not happen on it. */
async function open(path: string, options: { width: number; height: number; colorScheme: "light" | "dark" }) {
  const context = await browser.newContext({ viewport: options, colorScheme: options.colorScheme });
  const page = await context.newPage();
  const problems: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") problems.push(message.text());
  });
  page.on("pageerror", (error) => problems.push(error.message));
  page.on("request", (request) => {
    if (!request.url().startsWith(base) && !request.url().startsWith("data:"))
      problems.push(`request to ${request.url()}`);
  });
  await page.goto(`${base}${path}`, { waitUntil: "networkidle" });
  return { page, problems, close: () => context.close() };
}

const VIEWS = [
  { name: "desktop, light", width: 1560, height: 1010, colorScheme: "light" },
  { name: "desktop, dark", width: 1560, height: 1010, colorScheme: "dark" },
  { name: "phone, light", width: 390, height: 844, colorScheme: "light" },
  { name: "phone, dark", width: 390, height: 844, colorScheme: "dark" },
] as const;

describe.each(VIEWS)("on a $name", (view) => {
  it.each(["/gallery", "/login?problem=code"])(
    "%s has no violation of WCAG 2.2 AA, of the page's policy, or of its width",
    async (path) => {
      const { page, problems, close } = await open(path, view);
      try {
        // Evaluated, not inserted: the page's policy would refuse a script element.
        await page.evaluate(await readFile(axeSource, "utf8"));
        const violations = await page.evaluate(async () => {
          const { axe } = globalThis as unknown as {
            axe: { run(options: object): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> };
          };
          const result = await axe.run({
            runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
          });
          return result.violations.map(
            (violation) => `${violation.id}: ${violation.nodes.map((node) => node.html.slice(0, 200)).join(" | ")}`,
          );
        });
        const isTooWide = await page.evaluate(
          () => document.documentElement.scrollWidth > document.documentElement.clientWidth,
        );
        expect({ violations, problems, isTooWide }).toEqual({ violations: [], problems: [], isTooWide: false });
      } finally {
        await close();
      }
    },
    60_000,
  );
});

describe("the gallery", () => {
  it("shows what the agent wrote as text, never as markup", async () => {
    const { page, close } = await open("/gallery", VIEWS[0]);
    try {
      expect(await page.getByText("<script>alert(1)</script>").count()).toBe(1);
      expect(await page.locator("main script, main iframe, main img[src^='http']").count()).toBe(0);
      expect(await page.getByRole("link", { name: /the store's documentation/ }).getAttribute("rel")).toContain(
        "noopener",
      );
    } finally {
      await close();
    }
  }, 60_000);

  it("opens thoughts and groups of calls by keyboard", async () => {
    const { page, close } = await open("/gallery", VIEWS[0]);
    try {
      const thought = page.getByRole("button", { name: /Thought for/ });
      await thought.focus();
      await page.keyboard.press("Enter");
      expect(await page.getByText("may resolve too early").isVisible()).toBe(true);
      await page.getByRole("button", { name: /^Read .*searched setCookie/ }).press("Space");
      expect(await page.getByRole("button", { name: /Read src\/auth\/store\.ts/ }).isVisible()).toBe(true);
    } finally {
      await close();
    }
  }, 60_000);

  it("does not answer a question before each part of it is answered", async () => {
    const { page, close } = await open("/gallery", VIEWS[0]);
    try {
      const form = page.locator("form").filter({ hasText: "Which environments should get it?" });
      const answer = form.getByRole("button", { name: "Answer" });
      await form.getByLabel("staging").check();
      await form.getByLabel("demo").check();
      expect(await answer.isDisabled()).toBe(true);
      await form.getByRole("button", { name: "Something else" }).last().click();
      await form.getByRole("textbox").fill("Grace");
      expect(await answer.isEnabled()).toBe(true);
      await answer.click();
      await form.getByRole("alert").filter({ hasText: "no agent to answer" }).waitFor();
      expect(await form.getByRole("textbox").inputValue()).toBe("Grace");
    } finally {
      await close();
    }
  }, 60_000);
});

/** More by environment variable; the default suits every run. */
const FUZZ_RUNS = Number(process.env["PILOTHOUSE_FUZZ_RUNS"] ?? 200);

describe("any stream of events", () => {
  it(
    "is drawn without an error, within 360 pixels, runs no script, and asks no other host",
    async () => {
      const { page, problems, close } = await open("/gallery", { width: 360, height: 800, colorScheme: "light" });
      try {
        await page.evaluate(() => {
          const window = globalThis as unknown as { pwned: () => void; executed: number; violations: string[] };
          window.executed = 0;
          window.violations = [];
          window.pwned = () => (window.executed += 1);
          addEventListener("securitypolicyviolation", (event) =>
            window.violations.push(`${event.violatedDirective} ${event.blockedURI} ${event.sample}`),
          );
        });
        // In batches, so that a failure names its few streams, and the way to the browser costs little.
        const batch = 20;
        for (let done = 0; done < FUZZ_RUNS; done += batch) {
          const streams = fc.sample(anyStream, { numRuns: Math.min(batch, FUZZ_RUNS - done), seed: 1_000 + done });
          const bad = await page.evaluate(async (all) => {
            const drawn = (events: unknown) =>
              new Promise<void>((resolve) => {
                addEventListener("pilothouse-gallery-drawn", () => resolve(), { once: true });
                dispatchEvent(new CustomEvent("pilothouse-gallery", { detail: events }));
              });
            const found: string[] = [];
            for (const events of all) {
              await drawn(events);
              const shown = document.querySelector("[data-shown]");
              if (shown === null) return ["the page is gone"];
              // What is folded away is drawn too.
              for (let round = 0; round < 2; round += 1) {
                for (const closed of shown.querySelectorAll<HTMLElement>(
                  "button[aria-expanded=false]:not([aria-haspopup])",
                ))
                  closed.click();
                await new Promise((resolve) => setTimeout(resolve));
              }
              const { scrollWidth, clientWidth } = document.documentElement;
              if (scrollWidth > clientWidth) found.push(`${scrollWidth} px wide: ${shown.textContent.slice(0, 300)}`);
              const harmful =
                "script, iframe, object, embed, style, link, base, form[action], [onload], [onerror], [onclick]";
              for (const element of shown.querySelectorAll(harmful)) found.push(element.outerHTML.slice(0, 300));
              for (const element of shown.querySelectorAll("[href], [src]")) {
                const address = element.getAttribute("href") ?? element.getAttribute("src") ?? "";
                const isLink = element.tagName === "A" && /^(https?:|mailto:|\/|#)/i.test(address);
                if (!isLink && !/^(data:image\/(png|jpeg|gif|webp);|blob:)/i.test(address))
                  found.push(element.outerHTML.slice(0, 300));
              }
            }
            return found;
          }, streams);
          expect({ bad, problems, from: 1_000 + done }).toEqual({ bad: [], problems: [], from: 1_000 + done });
        }
        const seen = await page.evaluate(() => {
          const { executed, violations } = globalThis as unknown as { executed: number; violations: string[] };
          return { executed, violations };
        });
        expect(seen).toEqual({ executed: 0, violations: [] });
      } finally {
        await close();
      }
    },
    60_000 + FUZZ_RUNS * 200,
  );
});

describe("the session page", () => {
  it("needs 250 KB of compressed script at most, with room for the colours of its first code", () => {
    const files = firstLoad(join(FOLDER, BUILD_DIR), "(signed-in)/projects/[project]/sessions/[session]/page");
    const kilobytes = [...files.values()].reduce((sum, size) => sum + size, 0) / 1024;
    expect(files.size).toBeGreaterThan(5);
    // The highlighter and a grammar are 12 KB; what the network adds to each answer is the rest.
    expect(kilobytes).toBeLessThanOrEqual(232);
  });
});

describe("the page's policy", () => {
  it("lets in no script, style, picture, frame, form or request that is not the page's own", async () => {
    const { page, close } = await open("/gallery", VIEWS[0]);
    try {
      const blocked = await page.evaluate(async () => {
        const seen = new Set<string>();
        const done = new Promise<void>((resolve) => {
          addEventListener("securitypolicyviolation", ({ effectiveDirective }) => {
            seen.add(effectiveDirective);
            if (seen.size === 9) resolve();
          });
        });
        const add = (html: string) => document.body.insertAdjacentHTML("beforeend", html);
        // In a task of the page's own: what a debugger evaluates may evaluate.
        setTimeout(() => {
          try {
            Reflect.construct(Function, ["globalThis.ran = true"])();
          } catch {
            // Refused, as told above.
          }
        });
        add(
          "<button id=handler onclick='globalThis.ran = true'>x</button><p style='color: red'>x</p><style>p{color:red}</style>",
        );
        document.getElementById("handler")?.click();
        add(
          "<img src='https://evil.example/p.png'><iframe src='https://evil.example/'></iframe><object data='https://evil.example/x'></object>",
        );
        add("<form action='https://evil.example/' method=post><button id=send>x</button></form>");
        document.getElementById("send")?.click();
        await fetch("https://evil.example/").catch(() => undefined);
        await Promise.race([done, new Promise((resolve) => setTimeout(resolve, 5_000))]);
        return { seen: [...seen].toSorted(), ran: "ran" in globalThis };
      });
      expect(blocked).toEqual({
        seen: [
          "connect-src",
          "form-action",
          "frame-src",
          "img-src",
          "object-src",
          "script-src",
          "script-src-attr",
          "style-src-attr",
          "style-src-elem",
        ],
        ran: false,
      });
    } finally {
      await close();
    }
  }, 60_000);
});
