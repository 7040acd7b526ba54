/**
 * Keys stay in the broker: after a session that used all of them, none is found on the agent's side, in any form that could
 * be read back. And what the agent itself holds does not come out in what people see.
 */
import { EventType, type SequencedEvent } from "@pilothouse/agui";
import { secretForms } from "@pilothouse/contracts/runner/secret-forms";
import { parseScript, startModelSimulator, type ModelSimulator } from "@pilothouse/model-simulator";
import { execFileSync } from "node:child_process";
import { mkdir, readdir, readFile, readlink, stat, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { BrokerProcess } from "./support/broker-process.ts";
import { startGitServer } from "./support/git-server.ts";
import { Platform, type TestSession } from "./support/platform.ts";
import { RunnerProcess } from "./support/runner-process.ts";

const KEYS = {
  ANTHROPIC_API_KEY: "sk-ant-canary+/=key-0123456789abcdef",
  GIT_PASSWORD: "ghp-canary+/=git-0123456789abcdef",
  TOOLS_TOKEN: "tools-canary+/=mcp-0123456789abcdef",
};

/** Shows the agent's own credential in many ways, split over writes, and looks for everybody else's. */
const LEAK = [
  'printf "%s" "$ANTHROPIC_API_KEY"; echo',
  'printf "%s" "$ANTHROPIC_API_KEY" | base64 -w0; echo',
  'printf "user:%s" "$ANTHROPIC_API_KEY" | base64 -w0; echo',
  'printf "%s" "$ANTHROPIC_API_KEY" | base64 -w0 | base64 -w0; echo',
  'printf "%s" "$ANTHROPIC_API_KEY" | od -An -tx1 | tr -d " \\n"; echo',
  'printf "%s" "$ANTHROPIC_API_KEY" | od -An -tx1 | tr -d " \\n" | tr a-f A-F; echo',
  'printf "%s" "$ANTHROPIC_API_KEY" | rev; echo',
  'printf "%s" "$ANTHROPIC_API_KEY" | sed "s/./& /g"; echo',
  "env; git config --list; cat /proc/self/environ /proc/self/cmdline; cat /proc/$PPID/environ | tr '\\0' '\\n'",
  'printf "%s" "$ANTHROPIC_API_KEY" > artifacts.txt',
].join("; ");

const script = parseScript({
  rules: [
    {
      when: { prompt: "leak" },
      steps: [
        [
          { tool: "Bash", input: { command: LEAK, description: "Look for keys" } },
          { tool: "mcp__tools__x", input: {} },
        ],
        "Nothing there.",
      ],
    },
    { steps: ["I am here."] },
  ],
});

const isEnd = ({ event }: SequencedEvent): boolean =>
  event.type === EventType.RUN_FINISHED || event.type === EventType.RUN_ERROR;

/** Which of the keys stand in the text, and how. */
function found(text: string, secrets: Readonly<Record<string, string>>): string[] {
  return Object.entries(secrets).flatMap(([name, secret]) =>
    secretForms(secret).flatMap((form, index) => (text.includes(form) ? [`${name} in form ${index}: ${form}`] : [])),
  );
}

async function descendants(pid: number): Promise<number[]> {
  const children = await readFile(`/proc/${pid}/task/${pid}/children`, "utf8").catch(() => "");
  const direct = children.trim() === "" ? [] : children.trim().split(" ").map(Number);
  return [...direct, ...(await Promise.all(direct.map(descendants))).flat()];
}

async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

describe("a session that uses every key", () => {
  let platform: Platform;
  let model: ModelSimulator;
  let broker: BrokerProcess;
  let runner: RunnerProcess;
  let session: TestSession;
  let events: SequencedEvent[];
  const servers: Server[] = [];
  let stopGit: () => Promise<void> = async () => undefined;

  const listen = async (server: Server): Promise<string> => {
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    return typeof address === "object" && address !== null ? `http://127.0.0.1:${address.port}` : "";
  };

  beforeAll(async () => {
    platform = await Platform.start();
    model = await startModelSimulator({ script, apiKeys: [KEYS.ANTHROPIC_API_KEY] });
    const source = join(platform.directory, "git", "private.git");
    execFileSync("git", ["init", "--quiet", "--bare", source]);
    // Git's own server, for those who know the password; it says to everybody what it was sent.
    const gitServer = await startGitServer({
      root: join(platform.directory, "git"),
      answer: (request, response) => {
        const sent = request.headers.authorization ?? "";
        response.setHeader("x-echo", sent);
        if (sent === `Basic ${Buffer.from(`robot:${KEYS.GIT_PASSWORD}`).toString("base64")}`) return false;
        response.writeHead(401).end(sent);
        return true;
      },
    });
    stopGit = async () => gitServer.close();
    const { url: git } = gitServer;
    const tools = await listen(
      createServer((request, response) => {
        response.writeHead(500, { "x-echo": request.headers["x-key"] }).end(`key ${String(request.headers["x-key"])}`);
      }),
    );
    const configuration = join(platform.directory, "project-configuration");
    const integrations = join(platform.directory, "integrations");
    await mkdir(configuration);
    await mkdir(integrations);
    const custom = { tools: { type: "http", url: tools, headers: { "X-Key": "${TOOLS_TOKEN}" } } };
    await writeFile(join(configuration, "mcp-servers.json"), JSON.stringify({ project: { custom } }));
    await writeFile(join(integrations, "TOOLS_TOKEN"), KEYS.TOOLS_TOKEN);
    const credential = git.replace("//", `//robot:${encodeURIComponent(KEYS.GIT_PASSWORD)}@`);
    await writeFile(join(integrations, "GIT_CREDENTIALS"), credential);
    const shared = { PILOTHOUSE_GIT_HOSTS: git, PILOTHOUSE_PROJECT_CONFIGURATION_DIR: configuration };
    session = await platform.createSession("canary", {
      llmSettings: { model: "claude-sonnet-5-5" },
      initialPrompt: "leak",
      repos: [{ url: `${git}/private.git`, name: "private" }],
      environmentVariables: { HARMLESS: "value" },
    });
    broker = await BrokerProcess.start(session, model.url, KEYS.ANTHROPIC_API_KEY, {
      ...shared,
      PILOTHOUSE_INTEGRATION_SECRETS_DIR: integrations,
    });
    runner = await RunnerProcess.start(platform, session, {
      RUNNER_TYPE: "claude-agent-sdk",
      PILOTHOUSE_BROKER_URL: broker.url,
      PILOTHOUSE_BROKER_TOKEN: broker.token,
      ...shared,
    });
    events = await runner.eventsUntil(isEnd, 0, 40);
  }, 90_000);
  afterAll(async () => {
    runner.kill("SIGKILL");
    await runner.exited;
    await broker.stop();
    await stopGit();
    for (const server of servers) {
      server.closeAllConnections();
      server.close();
    }
    await model.stop();
    await platform.stop();
  });

  it("really used them", async () => {
    const status = (await runner.json("GET", "/repos/status")) as { items: { status: string }[] };
    expect(status.items).toMatchObject([{ status: "Ready" }]);
    expect(events.at(-1)?.event).toMatchObject({ outcome: { type: "success" } });
    const results = events.flatMap(({ event }) => (event.type === EventType.TOOL_CALL_RESULT ? [event.content] : []));
    expect(JSON.stringify(results[0])).toContain("HARMLESS=value");
  });

  it("has none in the environment, the arguments and the open files of any process on the agent's side", async () => {
    const processes = [runner.pid, ...(await descendants(runner.pid))];
    expect(processes.length).toBeGreaterThan(1);
    for (const pid of processes) {
      for (const what of ["environ", "cmdline"])
        expect(found(await readFile(`/proc/${pid}/${what}`, "utf8").catch(() => ""), KEYS)).toEqual([]);
      for (const fd of await readdir(`/proc/${pid}/fd`).catch(() => []))
        expect(await readlink(`/proc/${pid}/fd/${fd}`).catch(() => "")).not.toContain("integrations");
    }
  });

  it("has none in any file of the workspace, the event log and the conversation included", async () => {
    const files = await filesBelow(session.workspace);
    expect(files.some((file) => file.includes(".pilothouse/events"))).toBe(true);
    expect(files.some((file) => file.includes(".claude/projects"))).toBe(true);
    for (const file of files) {
      if ((await stat(file)).size > 5_000_000) continue;
      expect({ file, found: found(await readFile(file, "latin1"), KEYS) }).toEqual({ file, found: [] });
    }
  });

  it("has none in events, logs, tool servers' states, the session's status and the termination message", async () => {
    const mcp = JSON.stringify(await runner.json("GET", "/mcp/status"));
    const repositories = JSON.stringify(await runner.json("GET", "/repos/status"));
    await runner.stop();
    const told = {
      events: JSON.stringify(events),
      transcript: JSON.stringify(platform.store.events(session.uid)),
      archive: platform.store.archive(session.uid, "diff")?.toString("utf8") ?? "",
      logs: runner.logs.join("\n"),
      status: JSON.stringify(await platform.session(session.name)),
      termination: await platform.terminationMessage(session),
      mcp,
      repositories,
    };
    for (const [where, text] of Object.entries(told))
      expect({ where, found: found(text, KEYS) }).toEqual({ where, found: [] });
  });

  it("shows the agent's own tokens to nobody, in whatever form the agent prints them", () => {
    const own = { broker: broker.token, account: session.token };
    expect(found(JSON.stringify(events), own)).toEqual([]);
    expect(JSON.stringify(events)).toContain("[REDACTED]");
    expect(found(runner.logs.join("\n"), own)).toEqual([]);
  });
});
