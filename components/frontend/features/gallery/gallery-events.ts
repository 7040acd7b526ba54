/** A conversation that has every kind of message in it, for the gallery page and its screenshots. */
import type { WireEvent } from "../thread/fields.ts";

const START = Date.UTC(2026, 10, 22, 14, 2, 0);

/** Events with times that go on by themselves. */
function script() {
  const events: WireEvent[] = [];
  let time = START;
  const add = (type: string, fields: object, after = 120) => {
    time += after;
    events.push({ type, timestamp: time, ...fields });
  };
  return {
    events,
    add,
    text(messageId: string, content: string, more: object = {}) {
      add("TEXT_MESSAGE_START", { messageId, role: "assistant", ...more });
      for (const delta of content.match(/[\s\S]{1,24}/g) ?? [])
        add("TEXT_MESSAGE_CONTENT", { messageId, delta, ...more }, 20);
      add("TEXT_MESSAGE_END", { messageId, ...more });
    },
    think(messageId: string, content: string, duration: number) {
      add("REASONING_START", { messageId });
      add("REASONING_MESSAGE_START", { messageId, role: "reasoning" });
      add("REASONING_MESSAGE_CONTENT", { messageId, delta: content });
      add("REASONING_MESSAGE_END", { messageId }, duration);
      add("REASONING_END", { messageId });
    },
    tool(
      toolCallId: string,
      toolCallName: string,
      args: object,
      result: unknown,
      more: { duration?: number; isError?: boolean; lane?: object } = {},
    ) {
      const lane = more.lane ?? {};
      add("TOOL_CALL_START", { toolCallId, toolCallName, ...lane });
      add("TOOL_CALL_ARGS", { toolCallId, delta: JSON.stringify(args), ...lane });
      add("TOOL_CALL_END", { toolCallId, ...lane });
      if (result === undefined) return;
      add(
        "TOOL_CALL_RESULT",
        {
          messageId: `result-${toolCallId}`,
          toolCallId,
          content: result,
          ...lane,
          ...(more.isError === true ? { metadata: { isError: true } } : {}),
        },
        more.duration ?? 400,
      );
    },
    run(runId: string, messages: object[], resume?: object[]) {
      add(
        "RUN_STARTED",
        {
          threadId: "gallery",
          runId,
          input: {
            threadId: "gallery",
            runId,
            messages,
            tools: [],
            context: [],
            ...(resume === undefined ? {} : { resume }),
          },
        },
        4000,
      );
    },
    finish(runId: string, outcome: object = { type: "success" }) {
      add("RUN_FINISHED", {
        threadId: "gallery",
        runId,
        outcome,
        usage: [{ inputTokens: 18_400, outputTokens: 2_310, cachedInputTokens: 12_000 }],
      });
    },
  };
}

/** A small picture: a message must not need another host. */
const PICTURE =
  "iVBORw0KGgoAAAANSUhEUgAAABgAAAAQCAYAAAAMJL+VAAAAUUlEQVR4AeyQwQkAIAwDg6PoTK6gM7mCzuQs+u+jpUj7KBbyKASSXMqzHUslGF/AgF0HOGmJBkSkRSD5PyKJEPwRldXBSaxMDP4LSIHn13zBBQAA//86HeVlAAAABklEQVQDACVOTLm1+5+JAAAAAElFTkSuQmCC";

const ask = (id: string, questions: object[]) => ({
  id,
  reason: "question",
  message: "The agent has a question",
  metadata: { questions },
});

export function galleryEvents(): WireEvent[] {
  const s = script();
  s.run("r1", [
    {
      id: "u1",
      role: "user",
      content: "The login test fails about one run in ten on CI. Find out why and fix it, do not just add a retry.",
    },
  ]);
  s.think(
    "t1",
    "The test seeds a session and then checks the cookie.\n\nTiming between the two is my suspect: **createSession** may resolve too early.",
    6000,
  );
  s.text(
    "m1",
    "I will reproduce it first: the test seeds a session and then checks the cookie, so timing between the two is my suspect.",
  );
  s.tool(
    "c1",
    "Bash",
    { command: "npx vitest run login --repeat 20", description: "Run the login test 20 times" },
    '\u001b[32m ✓\u001b[39m login › keeps the cookie \u001b[2m(18/20)\u001b[22m\n\u001b[31m ✗\u001b[39m login › keeps the cookie \u001b[31mexpected "set", got undefined\u001b[39m   \u001b[2mruns 7, 16\u001b[22m\nExit code 1',
    { duration: 12_400, isError: true },
  );
  s.tool(
    "c2",
    "Read",
    { file_path: "/workspace/repos/web-app/src/auth/session.ts" },
    "     1\texport async function createSession(user: User) {\n     2\t  store.put(id, user);\n     3\t  return id;\n     4\t}",
    { duration: 90 },
  );
  s.tool("c3", "Read", { file_path: "/workspace/repos/web-app/src/auth/store.ts" }, "export class Store {}", {
    duration: 80,
  });
  s.tool(
    "c4",
    "Grep",
    { pattern: "setCookie", path: "/workspace/repos/web-app/src" },
    "src/auth/login.ts:14\nsrc/auth/session.ts:42",
    { duration: 140 },
  );
  s.text(
    "m2",
    "Confirmed: `createSession()` resolves before the store has flushed. The handler must wait for the write.\n\n1. Await the write in `createSession`\n2. Add a test with a slow store\n\n| Store | Before | After |\n|:--|--:|--:|\n| memory | 0.2 ms | 0.2 ms |\n| disk | 0.3 ms | 4.1 ms |\n\n```ts\nexport async function createSession(user: User): Promise<string> {\n  const id = randomUUID();\n  await store.put(id, user); // resolves after the write is durable\n  return id;\n}\n```\n\n```mermaid\nflowchart LR\n  A[Login] --> B{Stored?}\n  B -- yes --> C[Cookie]\n  B -- no --> D[Wait]\n```\n\nSee [the store's documentation](https://example.com/store) and <script>alert(1)</script> ![a chart](https://tracker.example/pixel.png).",
  );
  s.tool(
    "c5",
    "TodoWrite",
    {
      todos: [
        { content: "Reproduce the failure", status: "completed" },
        { content: "Await the write in createSession", status: "in_progress" },
        { content: "Add a test with a slow store", status: "pending" },
      ],
    },
    "ok",
    { duration: 10 },
  );
  s.tool(
    "c6",
    "Edit",
    {
      file_path: "/workspace/repos/web-app/src/auth/session.ts",
      old_string:
        "export async function createSession(user: User) {\n  const id = randomUUID();\n  store.put(id, user);\n  return id;\n}",
      new_string:
        "export async function createSession(user: User) {\n  const id = randomUUID();\n  await store.put(id, user); // resolves after the write is durable\n  return id;\n}",
    },
    "ok",
    { duration: 60 },
  );
  s.tool(
    "c7",
    "Write",
    {
      file_path: "/workspace/repos/web-app/test/login.test.ts",
      content:
        'it("has the session stored when it answers", async () => {\n  const slow = slowStore({ delay: 50 });\n  const answer = await login(slow, user);\n  expect(slow.has(answer.id)).toBe(true);\n});\n',
    },
    "ok",
    { duration: 50 },
  );
  s.finish("r1", {
    type: "interrupt",
    interrupts: [
      ask("q0", [
        {
          question: "Which branch should this go to?",
          header: "Branch",
          options: [{ label: "main" }, { label: "release/2.4" }],
        },
      ]),
    ],
  });

  s.run(
    "r2",
    [],
    [{ interruptId: "q0", status: "resolved", payload: { answers: { "Which branch should this go to?": "main" } } }],
  );
  s.tool(
    "c8",
    "Task",
    { description: "Look for other callers", subagent_type: "explorer" },
    "Two callers, both await.",
    { duration: 9000 },
  );
  s.add("SUBAGENT_STARTED", {
    subagentRunId: "sub1",
    name: "explorer",
    description: "Look for other callers",
    parentToolCallId: "c8",
  });
  s.tool("c9", "Grep", { pattern: "createSession\\(" }, "src/auth/login.ts:20\nsrc/auth/invite.ts:9", {
    lane: { subagentRunId: "sub1" },
  });
  s.text("m3", "Two callers, both `await`.", { subagentRunId: "sub1" });
  s.add("SUBAGENT_FINISHED", { subagentRunId: "sub1", outcome: { type: "success" } });
  s.tool(
    "c10",
    "mcp__github__create_pull_request",
    { title: "Wait for the session to be stored", base: "main" },
    JSON.stringify({ number: 42 }),
    { duration: 900 },
  );
  s.tool(
    "c12",
    "WebFetch",
    { url: "https://example.com/durable", prompt: "What does durable mean here?" },
    "A write is **durable** once it outlives a crash.",
    { duration: 800 },
  );
  s.tool("c11", "WebSearch", { query: "durable write semantics" }, "1. An article", { duration: 700 });
  s.tool("c13", "Bash", { command: "rm -rf node_modules" }, undefined);
  s.finish("r2", {
    type: "interrupt",
    interrupts: [
      {
        id: "a0",
        reason: "tool_approval",
        toolCallId: "c13",
        metadata: { toolName: "Bash", input: { command: "rm -rf node_modules" } },
      },
    ],
  });

  s.run("r3", [], [{ interruptId: "a0", status: "resolved", payload: { decision: "deny", message: "Not needed" } }]);
  s.text("m4", "Fine, I leave the modules where they are.");
  s.add("RUN_ERROR", {
    message: "The model provider answered 529 (overloaded) five times in a row.",
    code: "MODEL_OVERLOADED",
  });

  s.run("r4", [
    {
      id: "u2",
      role: "user",
      content: "Try again, please.",
      metadata: { sender: { userId: "grace", displayName: "Grace Hopper" } },
    },
  ]);
  s.text("m5", "All green: 200 of 200 runs pass.");
  s.finish("r4", { type: "cancelled" });

  s.run("r5", [
    {
      id: "u3",
      role: "user",
      content: [
        { type: "text", text: "And what about sessions that have expired?" },
        { type: "text", text: "Attached files, in the workspace:\n- uploads/sessions.csv\n- uploads/chart.png" },
        {
          type: "image",
          source: { type: "data", value: PICTURE, mimeType: "image/png" },
          metadata: { name: "chart.png" },
        },
      ],
    },
  ]);
  s.finish("r5", {
    type: "interrupt",
    interrupts: [
      ask("q3", [{ question: "Do you have a staging environment?", header: "Staging", options: [{ label: "Yes" }] }]),
      {
        id: "s0",
        reason: "child_session",
        metadata: { session: { prompt: "Measure the store", displayName: "Measure the store" } },
      },
    ],
  });
  s.run(
    "r6",
    [{ id: "u4", role: "user", content: "Never mind the environments, go on." }],
    [{ interruptId: "s0", status: "resolved", payload: { decision: "allow", sessionName: "measure-the-store" } }],
  );
  s.tool("c14", "Bash", { command: "git push origin fix/login-flake" }, undefined);
  s.finish("r6", {
    type: "interrupt",
    interrupts: [
      ask("q1", [
        {
          question: "Should expired sessions be cleaned up in the same change?",
          header: "Scope",
          options: [
            { label: "No, keep this change small", description: "I will mention it in the summary." },
            { label: "Yes, add a sweep on start", description: "About 20 lines and one more test." },
          ],
        },
      ]),
      ask("q2", [
        {
          question: "Which environments should get it?",
          header: "Where",
          multiSelect: true,
          options: [{ label: "staging" }, { label: "production" }, { label: "demo" }],
        },
        { question: "Who should review?", header: "Review", options: [{ label: "Ada" }, { label: "Linus" }] },
      ]),
      {
        id: "s1",
        reason: "child_session",
        metadata: {
          session: {
            prompt: "Look through the last 50 failures of the nightly build and sort them by cause.",
            displayName: "Sort nightly failures",
            repos: [{ url: "https://git.example.com/web-app.git", branch: "main" }],
            model: "claude-sonnet-5-5",
          },
        },
      },
      {
        id: "a1",
        reason: "tool_approval",
        toolCallId: "c14",
        metadata: { toolName: "Bash", input: { command: "git push origin fix/login-flake" } },
      },
    ],
  });
  return s.events;
}

/** A run that never ends, as it looks while it streams. */
export function liveEvents(): WireEvent[] {
  const s = script();
  s.run("live", [
    { id: "live-u", role: "user", content: "Explain the fix in one paragraph, then run the whole suite." },
  ]);
  s.add("REASONING_MESSAGE_START", { messageId: "live-t", role: "reasoning" });
  s.add("REASONING_MESSAGE_CONTENT", { messageId: "live-t", delta: "The reader wants it short" });
  s.add("TEXT_MESSAGE_START", { messageId: "live-m", role: "assistant" });
  s.add("TEXT_MESSAGE_CONTENT", {
    messageId: "live-m",
    delta: "The session was handed out **before** it was stored, so a fast second request",
  });
  s.add("TOOL_CALL_START", { toolCallId: "live-c", toolCallName: "Bash" });
  s.add("TOOL_CALL_ARGS", { toolCallId: "live-c", delta: '{"command": "npm run test -- --repo' });
  return s.events;
}
