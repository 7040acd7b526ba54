/** Any order of any events, well-formed ones and nonsense, with texts that would do harm if anything took them for markup. */
import * as fc from "fast-check";
import type { WireEvent } from "../features/thread/fields.ts";

const id = fc.constantFrom("a", "b", "c");
const lane = fc.option(fc.constantFrom("s1", "s2"), { nil: undefined });

/** Each tells when it is executed (`pwned`), or asks another host when it is loaded. */
const HARM = [
  "<script>pwned()</script>",
  "<img src=x onerror=pwned()>",
  "<img src='https://evil.example/pixel.png'>",
  "<svg/onload=pwned()>",
  "<iframe srcdoc='<script>parent.pwned()</script>'></iframe>",
  "<style>@import 'https://evil.example/x.css';</style>",
  "<a href='javascript:pwned()'>x</a>",
  "[x](javascript:pwned())",
  "[x](java\nscript:pwned())",
  "[x](data:text/html;base64,PHNjcmlwdD5wd25lZCgpPC9zY3JpcHQ+)",
  "![x](https://evil.example/pixel.png)",
  '![x](https://evil.example/a.png "t\' onload=pwned()")',
  "[![x](https://evil.example/p.png)](https://evil.example/)",
  "<https://evil.example/>",
  "[ref]: https://evil.example/r.png\n\n![ref]",
  "```html\n<script>pwned()</script>\n```",
  '```mermaid\ngraph TD\nA[<img src=x onerror=pwned()>]-->B\nclick A "javascript:pwned()"\n```',
  "```mermaid\nnot a diagram <script>pwned()</script>\n```",
  "| a | b |\n|---|---|\n| <img src=x onerror=pwned()> | `<script>pwned()</script>` |",
  "$$\\href{javascript:pwned()}{x}$$",
  "\u001B]8;;javascript:pwned()\u0007link\u001B]8;;\u0007\u001B[31mred\u001B[0m\u001B[2J",
  "\u202Egnp.exe\u0000\uD800",
  "&lt;script&gt;pwned()&lt;/script&gt;",
  '"><script>pwned()</script>',
  "{{constructor.constructor('pwned()')()}}",
  "__proto__",
  "- [ ] x\n- [x] <b onclick=pwned()>y</b>\n  1. > # h\n     ```\n",
  "*_~`[(<".repeat(50),
] as const;

const text = fc.oneof(
  fc.constantFrom(...HARM),
  fc.string({ unit: "binary", maxLength: 40 }),
  fc
    .array(fc.oneof(fc.constantFrom(...HARM), fc.lorem({ maxCount: 4 })), { maxLength: 5 })
    .map((parts) => parts.join("\n\n")),
);

const TOOLS = [
  "Bash",
  "Edit",
  "MultiEdit",
  "Write",
  "Read",
  "Grep",
  "Glob",
  "TodoWrite",
  "WebFetch",
  "WebSearch",
  "Task",
  "AskUserQuestion",
  "mcp__server__tool",
  "run_shell_command",
  "write_file",
] as const;
const toolName = fc.oneof(fc.constantFrom(...TOOLS), text);

const value = fc.oneof(text, fc.jsonValue({ maxDepth: 2 }));
/** Arguments as the known tools have them, with anything in them. */
const toolArguments = fc
  .record(
    {
      command: value,
      description: value,
      file_path: value,
      path: value,
      content: value,
      old_string: value,
      new_string: value,
      edits: fc.oneof(value, fc.array(fc.record({ old_string: value, new_string: value }), { maxLength: 3 })),
      pattern: value,
      query: value,
      url: fc.oneof(text, fc.constant("https://evil.example/x"), fc.constant("javascript:pwned()")),
      todos: fc.oneof(
        value,
        fc.array(fc.record({ content: value, status: value, activeForm: value }), { maxLength: 3 }),
      ),
      prompt: value,
    },
    { requiredKeys: [] },
  )
  .map((fields) => JSON.stringify(fields));

const imageSource = fc.oneof(
  fc.record({ type: fc.constant("url"), value: fc.constantFrom("https://evil.example/p.png", "javascript:pwned()") }),
  fc.record({
    type: fc.constant("data"),
    value: fc.constantFrom("iVBORw0KGgo=", "PHN2ZyBvbmxvYWQ9cHduZWQoKT4=", '" onerror="pwned()'),
    mimeType: fc.constantFrom("image/png", "image/svg+xml", "text/html", '"><script>pwned()</script>'),
  }),
);
const content = fc.oneof(
  text,
  fc.array(
    fc.oneof(
      fc.record({ type: fc.constant("text"), text }),
      fc.record({ type: fc.constantFrom("image", "document", "audio"), source: imageSource, filename: text }),
      fc.jsonValue({ maxDepth: 2 }),
    ),
    { maxLength: 3 },
  ),
  fc.jsonValue({ maxDepth: 2 }),
);

const event = (type: string, fields: Record<string, fc.Arbitrary<unknown>> = {}): fc.Arbitrary<WireEvent> =>
  fc.record({
    type: fc.constant(type),
    subagentRunId: lane,
    timestamp: fc.option(fc.nat(), { nil: undefined }),
    ...fields,
  });

const message = fc.record({
  id,
  role: fc.constantFrom("user", "assistant", "tool", "reasoning", "system"),
  content,
  toolCallId: id,
  toolCalls: fc.option(
    fc.array(fc.record({ id, function: fc.record({ name: toolName, arguments: toolArguments }) }), { maxLength: 2 }),
    { nil: undefined },
  ),
  metadata: fc.option(fc.record({ sender: fc.record({ userId: text, displayName: text }) }), { nil: undefined }),
});

const interrupt = fc.record({
  id,
  reason: fc.oneof(fc.constantFrom("question", "tool_approval", "child_session"), text),
  message: fc.option(text, { nil: undefined }),
  toolCallId: fc.option(id, { nil: undefined }),
  metadata: fc.oneof(
    fc.record({
      questions: fc.array(
        fc.record({
          question: value,
          header: value,
          multiSelect: fc.boolean(),
          options: fc.oneof(value, fc.array(fc.record({ label: value, description: value }), { maxLength: 3 })),
        }),
        { maxLength: 3 },
      ),
    }),
    fc.record({ toolName, input: value }),
    fc.record({ session: value }),
    fc.jsonValue({ maxDepth: 2 }),
  ),
});

export const anyEvent: fc.Arbitrary<WireEvent> = fc.oneof(
  ...["TEXT_MESSAGE", "REASONING_MESSAGE"].flatMap((kind) => [
    event(`${kind}_START`, { messageId: id, role: fc.constantFrom("assistant", "user", "system", "developer") }),
    event(`${kind}_CONTENT`, { messageId: id, delta: text }),
    event(`${kind}_CHUNK`, { messageId: fc.option(id, { nil: undefined }), delta: text }),
    event(`${kind}_END`, { messageId: id }),
  ]),
  event("REASONING_START", { messageId: id }),
  event("REASONING_END", { messageId: id }),
  event("TOOL_CALL_START", { toolCallId: id, toolCallName: toolName }),
  event("TOOL_CALL_ARGS", { toolCallId: id, delta: fc.oneof(toolArguments, text) }),
  event("TOOL_CALL_CHUNK", { toolCallId: fc.option(id, { nil: undefined }), delta: fc.oneof(toolArguments, text) }),
  event("TOOL_CALL_END", { toolCallId: id }),
  event("TOOL_CALL_RESULT", { toolCallId: id, content, isError: fc.boolean() }),
  event("RUN_STARTED", {
    runId: id,
    input: fc.record({
      messages: fc.array(message, { maxLength: 3 }),
      resume: fc.array(
        fc.record({ interruptId: id, status: fc.constantFrom("resolved", "cancelled"), payload: value }),
        {
          maxLength: 2,
        },
      ),
    }),
  }),
  event("RUN_FINISHED", {
    runId: id,
    outcome: fc.oneof(
      fc.constant({ type: "success" }),
      fc.constant({ type: "cancelled" }),
      fc.record({ type: fc.constant("interrupt"), interrupts: fc.array(interrupt, { maxLength: 3 }) }),
      fc.jsonValue({ maxDepth: 1 }),
    ),
    usage: fc.jsonValue({ maxDepth: 2 }),
  }),
  event("RUN_ERROR", { message: text, code: fc.option(text, { nil: undefined }) }),
  event("STEP_STARTED", { stepName: text }),
  event("STEP_FINISHED", { stepName: text }),
  event("SUBAGENT_STARTED", { name: text, description: text, parentToolCallId: id, parentSubagentRunId: lane }),
  event("SUBAGENT_FINISHED", { outcome: fc.option(fc.constant({ type: "suspended" }), { nil: undefined }) }),
  event("SUBAGENT_ERROR", { message: text }),
  event("MESSAGES_SNAPSHOT", { messages: fc.array(message, { maxLength: 4 }) }),
  event("STATE_SNAPSHOT", { snapshot: fc.jsonValue({ maxDepth: 2 }) }),
  event("STATE_DELTA", { delta: fc.jsonValue({ maxDepth: 2 }) }),
  event("ACTIVITY_SNAPSHOT", {
    messageId: id,
    activityType: text,
    content: fc.oneof(value, fc.record({ title: text })),
  }),
  event("ACTIVITY_DELTA", { messageId: id, activityType: text, patch: fc.jsonValue({ maxDepth: 2 }) }),
  event("CUSTOM", {
    name: fc.oneof(fc.constant("artifact"), text),
    value: fc.oneof(value, fc.record({ path: text, title: text })),
  }),
  event("RAW", { event: fc.jsonValue({ maxDepth: 2 }) }),
  fc.record({
    type: fc.oneof(
      fc.string(),
      fc.constantFrom("toString", "__proto__", "RUN_STARTED", "TOOL_CALL_RESULT", "RUN_FINISHED"),
    ),
    messageId: fc.jsonValue({ maxDepth: 1 }),
    toolCallId: fc.jsonValue({ maxDepth: 1 }),
    input: fc.jsonValue({ maxDepth: 2 }),
    outcome: fc.jsonValue({ maxDepth: 2 }),
  }),
);

export const anyStream = fc.array(anyEvent, { maxLength: 60 });
