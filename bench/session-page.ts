/**
 * The page of one session in real Chromium: what its first load costs, and how it holds up with a long conversation and a
 * fast stream. Needs an installation of its own for a minute.
 * Run: node bench/session-page.ts [messages] [--ui URL --backend URL --token TOKEN --recordings FOLDER]
 *
 * LCP and long frames come from the page's own PerformanceObservers, INP from event timings of real key presses and clicks,
 * bytes from the network's events (as they were sent, compressed). A frame counts as dropped when it took more than two.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { chromium, type Page } from "playwright-core";
import { z } from "zod";

const CLI = fileURLToPath(new URL("../components/cli/src/main.ts", import.meta.url));
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    ui: { type: "string" },
    backend: { type: "string" },
    token: { type: "string" },
    recordings: { type: "string" },
  },
});
const messages = Number(positionals[0] ?? 10_000);
const DELTAS_PER_SECOND = 200;
const STREAM_SECONDS = 10;

/** Two runs: a long conversation at once, then an answer that streams. */
function recording(): string {
  const lines: string[] = [];
  const add = (at: number, type: string, fields: object) =>
    lines.push(JSON.stringify({ at, event: { type, threadId: "t", ...fields } }));
  add(0, "RUN_STARTED", { runId: "long" });
  for (let number = 0; number < messages; number += 1) {
    const text = `Message ${number}: the **cause** is in \`store.ts\`.\n\n- first, a list\n- of two items\n\n\`\`\`ts\nconst n = ${number};\n\`\`\``;
    add(0, "TEXT_MESSAGE_START", { messageId: `m${number}`, role: "assistant" });
    add(0, "TEXT_MESSAGE_CONTENT", { messageId: `m${number}`, delta: text });
    add(0, "TEXT_MESSAGE_END", { messageId: `m${number}` });
  }
  add(0, "RUN_FINISHED", { runId: "long" });
  add(0, "RUN_STARTED", { runId: "stream" });
  add(0, "TEXT_MESSAGE_START", { messageId: "s", role: "assistant" });
  const count = DELTAS_PER_SECOND * STREAM_SECONDS;
  for (let delta = 0; delta < count; delta += 1)
    add((delta * 1000) / DELTAS_PER_SECOND, "TEXT_MESSAGE_CONTENT", {
      messageId: "s",
      delta: delta % 40 === 39 ? "\n\n" : `word${delta} `,
    });
  add(STREAM_SECONDS * 1000, "TEXT_MESSAGE_END", { messageId: "s" });
  add(STREAM_SECONDS * 1000, "RUN_FINISHED", { runId: "stream" });
  return lines.join("\n");
}

const cli = (...args: string[]): string => execFileSync(process.execPath, [CLI, ...args], { encoding: "utf8" });

interface Target {
  ui: string;
  backend: string;
  token: string;
  recordings: string;
  end: () => void;
}

function target(): Target {
  const { ui, backend, token, recordings } = values;
  if (ui !== undefined && backend !== undefined && token !== undefined && recordings !== undefined)
    return { ui, backend, token, recordings, end: () => undefined };
  const dataDir = mkdtempSync(join(tmpdir(), "pilothouse-bench-"));
  cli("up", "--detach", "--port", "0", "--data-dir", dataDir);
  const endpoints = z
    .object({ ui: z.string(), backend: z.string() })
    .parse(JSON.parse(readFileSync(join(dataDir, "endpoints.json"), "utf8")));
  return {
    ...endpoints,
    token: cli("token", "--user", "bench", "--data-dir", dataDir).trim(),
    recordings: join(dataDir, "recordings"),
    end() {
      cli("down", "--data-dir", dataDir);
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

async function makeSession({ backend, token, recordings }: Target): Promise<string> {
  writeFileSync(join(recordings, "bench.jsonl"), recording());
  const name = `bench-${Date.now().toString(36)}`;
  const post = (path: string, body: object) =>
    fetch(`${backend}/api${path}`, {
      method: "POST",
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      body: JSON.stringify(body),
    });
  await post("/projects", { name: "bench" });
  const environmentVariables = { REPLAY_RECORDING: "bench" };
  const session = { name, runnerType: "replay", initialPrompt: "Play", environmentVariables };
  for (let attempt = 0; attempt < 120; attempt += 1) {
    if ((await post("/projects/bench/agentic-sessions", session)).status === 201) return name;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  throw new Error("the session could not be created");
}

/** Installed before the page's own scripts. As text: it is a browser's program, and this file is Node's. */
const OBSERVE = `
  globalThis.seen = { lcp: 0, interactions: [], shift: 0 };
  const watch = (type, each) =>
    new PerformanceObserver((list) => list.getEntries().forEach(each)).observe({ type, buffered: true, durationThreshold: 16 });
  watch("largest-contentful-paint", (entry) => (seen.lcp = entry.startTime));
  watch("event", (entry) => entry.interactionId && seen.interactions.push(entry.duration));
  watch("layout-shift", (entry) => (seen.shift += entry.value));
`;

/** The times between frames, for so long. */
const countFrames = async (page: Page, milliseconds: number): Promise<number[]> => {
  const gaps = await page.evaluate(`new Promise((resolve) => {
    const gaps = [];
    let last = performance.now();
    const end = last + ${milliseconds};
    const frame = (now) => {
      gaps.push(now - last);
      last = now;
      if (now < end) requestAnimationFrame(frame);
      else resolve(gaps);
    };
    requestAnimationFrame(frame);
  })`);
  return z.array(z.number()).parse(gaps);
};

const Seen = z.object({ lcp: z.number(), interactions: z.array(z.number()), shift: z.number() });
const readSeen = async (page: Page) => Seen.parse(await page.evaluate("seen"));
const percentile = (numbers: readonly number[], share: number): number =>
  numbers.toSorted((a, b) => a - b)[Math.min(numbers.length - 1, Math.floor(numbers.length * share))] ?? 0;
const print = (what: string, value: string): void => void process.stdout.write(`${what.padEnd(46)} ${value}\n`);

const installation = target();
const browser = await chromium.launch({
  executablePath: process.env["PILOTHOUSE_CHROMIUM"] ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu"],
});
try {
  const name = await makeSession(installation);
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  const page = await context.newPage();
  await page.goto(`${installation.ui}/login`);
  await page.fill("input[name=token]", installation.token);
  await page.click("button[type=submit]");
  await page.waitForURL(/projects$/);
  const address = `${installation.ui}/projects/bench/sessions/${name}`;
  await page.goto(address);
  const conversation = page.getByRole("region", { name: "Conversation" });
  await conversation.getByText(`Message ${messages - 1}:`).waitFor({ timeout: 120_000 });

  // A cold visit: nothing in the cache.
  const cold = await (await browser.newContext({ viewport: { width: 1440, height: 900 } })).newPage();
  await cold.context().addCookies(await context.cookies());
  await page.close();
  await cold.addInitScript(OBSERVE);
  const network = await cold.context().newCDPSession(cold);
  await network.send("Network.enable");
  const scripts = new Set<string>();
  let bytes = 0;
  network.on("Network.responseReceived", ({ requestId, type }) => type === "Script" && scripts.add(requestId));
  network.on("Network.loadingFinished", ({ requestId, encodedDataLength }) => {
    if (scripts.has(requestId)) bytes += encodedDataLength;
  });
  const began = performance.now();
  await cold.goto(address, { waitUntil: "load" });
  const last = cold.getByRole("region", { name: "Conversation" }).getByText(`Message ${messages - 1}:`);
  await last.waitFor({ timeout: 60_000 });
  const newest = performance.now() - began;
  await cold.waitForTimeout(1_500);
  const first = await readSeen(cold);
  print("machine", `${cpus().length} × ${cpus()[0]?.model ?? "?"}, Node ${process.version}, ${browser.version()}`);
  print("messages in the conversation", String(messages));
  print("script of the first load, compressed", `${(bytes / 1024).toFixed(0)} KB in ${scripts.size} files`);
  print("largest contentful paint", `${first.lcp.toFixed(0)} ms`);
  print("newest message in sight", `${newest.toFixed(0)} ms`);
  print("layout shift", first.shift.toFixed(3));

  // A reader at work: typing, opening the panel, scrolling.
  const box = cold.getByRole("textbox", { name: "Message" });
  await box.click();
  await cold.keyboard.type("A question about the store", { delay: 40 });
  await cold.keyboard.press("ControlOrMeta+a");
  await cold.keyboard.press("Delete");
  const scrolling = countFrames(cold, 3_000);
  await cold.getByRole("region", { name: "Conversation" }).hover();
  for (let step = 0; step < 30; step += 1) {
    await cold.mouse.wheel(0, step % 2 === 0 ? -1_200 : 600);
    await cold.waitForTimeout(60);
  }
  const scrolled = await scrolling;
  const { interactions } = await readSeen(cold);
  print(
    "interaction to next paint (98th percentile)",
    `${percentile(interactions, 0.98).toFixed(0)} ms of ${interactions.length}`,
  );
  print("frame while scrolling, 95th percentile", `${percentile(scrolled, 0.95).toFixed(1)} ms`);

  await cold.keyboard.press("End");
  await box.fill("Stream");
  await cold.keyboard.press("Enter");
  await cold.getByText("word0 ").first().waitFor({ timeout: 60_000 });
  const gaps = await countFrames(cold, (STREAM_SECONDS - 2) * 1000);
  const dropped = gaps.filter((gap) => gap > 1000 / 30).length;
  print(`frames at ${DELTAS_PER_SECOND} deltas/s`, `${gaps.length} drawn, ${dropped} took more than two frames' time`);
  print(
    "frame while streaming, median / 95th / worst",
    [0.5, 0.95, 1].map((share) => percentile(gaps, share).toFixed(1)).join(" / "),
  );
} finally {
  await browser.close();
  installation.end();
}
