/** The process: what it takes from its environment, and how it ends. */
import { spawn, type ChildProcess } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { EXIT_WITH_PARENT } from "@pilothouse/contracts";
import { afterEach, describe, expect, it } from "vitest";

const MAIN = fileURLToPath(new URL("../src/main.ts", import.meta.url));
const started: ChildProcess[] = [];

afterEach(() => {
  for (const child of started.splice(0)) child.kill("SIGKILL");
});

function start(environment: Record<string, string>) {
  const child = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", MAIN], {
    env: { PATH: process.env["PATH"] ?? "", HOST: "127.0.0.1", PORT: "0", ...environment },
    stdio: ["pipe", "pipe", "pipe"],
  });
  started.push(child);
  let errors = "";
  child.stderr.on("data", (chunk: Buffer) => (errors += chunk.toString()));
  const serving = new Promise<string>((resolve) => {
    createInterface({ input: child.stdout }).on("line", (line) => {
      const address = /"address":"(http:[^"]+)".*"msg":"serving"/.exec(line)?.[1];
      if (address !== undefined) resolve(address);
    });
  });
  const ended = new Promise<{ code: number | null; errors: string }>((resolve) =>
    child.once("close", (code) => resolve({ code, errors })),
  );
  return { child, serving, ended };
}

describe("the process", () => {
  it("refuses to start without a backend, and says which variable is missing", async () => {
    const { code, errors } = await start({}).ended;
    expect(code).toBe(2);
    expect(errors).toMatch(/^pilothouse-public-api: configuration: BACKEND_URL: /);
  });

  it("serves until SIGTERM, and then ends in order", async () => {
    const { child, serving, ended } = start({ BACKEND_URL: "http://127.0.0.1:1" });
    const address = await serving;
    expect((await fetch(`${address}/health`)).status).toBe(200);
    child.kill("SIGTERM");
    expect((await ended).code).toBe(0);
  });

  it("ends with its parent when told to, and only then", async () => {
    const environment = { BACKEND_URL: "http://127.0.0.1:1" };
    const bound = start({ ...environment, [EXIT_WITH_PARENT]: "1" });
    const free = start(environment);
    const [, address] = await Promise.all([bound.serving, free.serving]);
    bound.child.stdin.end();
    free.child.stdin.end();
    expect((await bound.ended).code).toBe(0);
    expect((await fetch(`${address}/health`)).status).toBe(200);
  });
});
