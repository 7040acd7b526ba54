/** A small feature from plan to proof: a todo list, a helper that looks around, new code, a red test, a green one. */
import { Author } from "./author.ts";

const MODEL = "claude-opus-5-5";
const usage = (inputTokens: number, outputTokens: number, cachedInputTokens: number) => [
  { model: MODEL, inputTokens, outputTokens, totalTokens: inputTokens + outputTokens, cachedInputTokens },
];

type Status = "pending" | "in_progress" | "completed";
const todos = (...statuses: readonly Status[]) => ({
  todos: [
    ["Find out how notes are stored and served", "Finding out how notes are stored and served"],
    ["Write a failing test for the search", "Writing a failing test for the search"],
    ["Build the search and its route", "Building the search and its route"],
    ["Prove it on 10,000 notes", "Proving it on 10,000 notes"],
  ].map(([content, activeForm], index) => ({ content, activeForm, status: statuses[index] ?? "pending" })),
});

const TEST = `import { expect, it } from "vitest";
import { search } from "./search.ts";

const notes = [
  { id: 1, title: "Crème brûlée", body: "Six yolks, cream, patience." },
  { id: 2, title: "Bread", body: "Flour, water, salt, and a night in the cold." },
];

it("finds words in title and body, whatever their case and accents", () => {
  expect(search(notes, "creme").map((note) => note.id)).toEqual([1]);
  expect(search(notes, "SALT night").map((note) => note.id)).toEqual([2]);
});

it("wants every word, and none finds everything", () => {
  expect(search(notes, "salt cream")).toEqual([]);
  expect(search(notes, "  ")).toEqual(notes);
});
`;

const SEARCH = `import type { Note } from "./notes.ts";

/** Letters without their marks and in lower case: what people type when they search. */
const fold = (text: string): string => text.normalize("NFD").replace(/\\p{M}/gu, "").toLowerCase();

/** Notes that contain every word of the query, in their own order. An empty query finds all. */
export function search(notes: readonly Note[], query: string): Note[] {
  const words = fold(query).split(/\\s+/).filter(Boolean);
  return notes.filter((note) => {
    const text = fold(\`\${note.title} \${note.body}\`);
    return words.every((word) => text.includes(word));
  });
}
`;

export const recording = new Author()
  .startRun(
    "Add a search to the notes service: GET /notes?q=… should find words in title and body, ignoring case and accents.",
  )
  .think(
    "Small, well-defined. I want to know how notes are kept before I decide between a filter and an index. I will write the test first, since the rules about accents are easy to get subtly wrong.",
  )
  .say("I will look around first, then write the test before the code.")
  .tool("TodoWrite", todos("in_progress"), "Todos have been modified successfully.", 0.1)
  .subagent(
    "Explore",
    "How notes are stored",
    "Find where notes are stored and how GET /notes is served. Report files and shapes only.",
    (helper) =>
      helper
        .tool("Glob", { pattern: "src/**/*.ts" }, "src/notes.ts\nsrc/server.ts\nsrc/store.ts\nsrc/server.test.ts", 0.3)
        .tool(
          "Grep",
          { pattern: "GET|/notes", path: "src", output_mode: "content" },
          'src/server.ts:14:  if (request.method === "GET" && url.pathname === "/notes") {\nsrc/server.ts:15:    return json(response, 200, await store.all());',
          0.3,
        )
        .say(
          "Notes are an array of `{ id, title, body }` in `src/store.ts`, read whole from one JSON file; `src/server.ts:14` answers `GET /notes` with all of them.",
        ),
    "Notes are {id, title, body} in src/store.ts, one JSON file, always in memory. GET /notes: src/server.ts:14, no parameters.",
  )
  .tool("TodoWrite", todos("completed", "in_progress"), "Todos have been modified successfully.", 0.1)
  .say(
    "Everything is in memory already, so a filter is enough; an index would be a second truth to keep. Now the rules as a test:",
  )
  .tool(
    "Write",
    { file_path: "/workspace/repos/notes/src/search.test.ts", content: TEST },
    "File created successfully at: /workspace/repos/notes/src/search.test.ts",
    0.1,
  )
  .tool(
    "Bash",
    { command: "npx vitest run src/search.test.ts 2>&1 | tail -5", description: "See the test fail" },
    " FAIL  src/search.test.ts\nError: Failed to load url ./search.ts (resolved id: ./search.ts). Does the file exist?\n\n Test Files  1 failed (1)\n      Tests  no tests",
    1.6,
    true,
  )
  .tool("TodoWrite", todos("completed", "completed", "in_progress"), "Todos have been modified successfully.", 0.1)
  .tool(
    "Write",
    { file_path: "/workspace/repos/notes/src/search.ts", content: SEARCH },
    "File created successfully at: /workspace/repos/notes/src/search.ts",
    0.1,
  )
  .tool(
    "Edit",
    {
      file_path: "/workspace/repos/notes/src/server.ts",
      old_string: "    return json(response, 200, await store.all());",
      new_string: '    return json(response, 200, search(await store.all(), url.searchParams.get("q") ?? ""));',
    },
    "The file /workspace/repos/notes/src/server.ts has been updated.",
    0.1,
  )
  .tool(
    "Bash",
    { command: "npx vitest run 2>&1 | tail -6", description: "Run all tests" },
    " ✓ src/search.test.ts (2 tests) 4ms\n ✓ src/server.test.ts (5 tests) 61ms\n\n Test Files  2 passed (2)\n      Tests  7 passed (7)",
    2.2,
  )
  .tool(
    "TodoWrite",
    todos("completed", "completed", "completed", "in_progress"),
    "Todos have been modified successfully.",
    0.1,
  )
  .tool(
    "Bash",
    {
      command: "node bench/search.ts --notes 10000 --queries 200",
      description: "Measure with ten thousand notes",
    },
    "10000 notes, 200 queries: p50 11.8 ms, p99 16.2 ms",
    3.2,
  )
  .think(
    "12 ms per query: almost all of it is folding the same text again and again. Folding once per note, when it is stored, would help; but the request asked for a search, and 12 ms is fine. I will mention it.",
  )
  .tool(
    "TodoWrite",
    todos("completed", "completed", "completed", "completed"),
    "Todos have been modified successfully.",
    0.1,
  )
  .say(
    "`GET /notes?q=…` works. What it does:\n\n" +
      "- every word must occur in title or body; the order of the notes stays\n" +
      "- case and accents do not matter: `creme` finds *Crème brûlée*\n" +
      "- no `q`, or an empty one, answers as before\n\n" +
      '```sh\n$ curl \'localhost:8080/notes?q=creme\'\n[{"id":1,"title":"Crème brûlée","body":"Six yolks, cream, patience."}]\n```\n\n' +
      "| notes | p50 | p99 |\n|---:|---:|---:|\n| 10,000 | 11.8 ms | 16.2 ms |\n\n" +
      "If that ever matters: nearly all of the time goes into folding the same texts again. Folding once, when a note is saved, would make it about ten times faster – a five-line change that I left out because nobody asked for it.",
  )
  .finishRun(usage(31_450, 2860, 24_100), 0.1893)
  .startRun("Please do fold once when a note is saved.")
  .think("Keep the folded text beside the note, not inside it: it must not be written to the file or served.")
  .tool(
    "Edit",
    {
      file_path: "/workspace/repos/notes/src/search.ts",
      old_string: "    const text = fold(`${note.title} ${note.body}`);\n",
      new_string: "    const text = folded(note);\n",
    },
    "The file /workspace/repos/notes/src/search.ts has been updated.",
    0.1,
  )
  .tool(
    "Edit",
    {
      file_path: "/workspace/repos/notes/src/search.ts",
      old_string: "/** Notes that contain every word",
      new_string:
        "/** Beside the notes rather than in them, so that it is neither stored nor served; gone with its note. */\nconst texts = new WeakMap<Note, string>();\n\nfunction folded(note: Note): string {\n  const known = texts.get(note);\n  if (known !== undefined) return known;\n  const text = fold(`${note.title} ${note.body}`);\n  texts.set(note, text);\n  return text;\n}\n\n/** Notes that contain every word",
    },
    "The file /workspace/repos/notes/src/search.ts has been updated.",
    0.1,
  )
  .tool(
    "Bash",
    {
      command: "npx vitest run 2>&1 | tail -2 && node bench/search.ts --notes 10000 --queries 200",
      description: "Test and measure again",
    },
    "      Tests  7 passed (7)\n10000 notes, 200 queries: p50 0.9 ms, p99 2.1 ms",
    3.6,
  )
  .say(
    "Done: **0.9 ms** instead of 11.8 ms at the median, all 7 tests pass. A `WeakMap` keeps the folded text beside each note, so nothing new is stored or served, and a note that is deleted takes its text along.",
  )
  .finishRun(usage(8120, 690, 7400), 0.0418);
