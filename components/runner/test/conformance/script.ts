/** What the simulated model says in the conformance suite: prompts are keywords, tools are in the framework's own words. */
import { parseScript, type Script } from "@pilothouse/model-simulator";
import type { Dialect, Question } from "./dialects.ts";

export const LONG_TEXT = "Ein längerer Text – 長い文章 – 🚢⚓️🧭 – ".repeat(200);
export const HERE = "I am here.";

export const QUESTIONS: readonly Question[] = [
  {
    question: "Which colour?",
    header: "Colour",
    options: [
      { label: "Blue", description: "like the sea" },
      { label: "Red", description: "like a buoy" },
    ],
    multiSelect: false,
  },
];

const ERRORS = [400, 401, 404, 429, 500, 529] as const;

/** What each of a chain of subagents is asked; each but the last asks the next one. */
export const ERRANDS = ["first errand", "second errand", "third errand"] as const;

function chain(subagent: NonNullable<Dialect["subagent"]>, background: boolean): unknown[] {
  return ERRANDS.map((errand, level) => {
    const next = ERRANDS[level + 1];
    const prompt = background ? `${errand} later` : errand;
    const words = { text: `I am on my ${errand}.` };
    const ask = next === undefined ? [] : [subagent(background ? `${next} later` : next, background)];
    const done = `My ${errand} is done.`;
    return {
      when: { prompt: `/(^|\\n)${prompt}$/` },
      steps: next === undefined ? [[words, { text: done }]] : [[words, ...ask], done],
    };
  });
}

export function conformanceScript(dialect: Dialect): Script {
  const { shell, failing, write, question, subagent, mcp, share, platform } = dialect;
  const rule = (prompt: string, ...steps: unknown[]) => ({ when: { prompt: `/(^|\\n)${prompt}$/` }, steps });
  const written = (name: string) => rule(`write ${name}`, [shell(`echo ${name} > ${name}.txt`)], "Done with it.");
  return parseScript({
    name: "conformance",
    rules: [
      rule(
        "please work",
        [
          { thinking: "I should write a file." },
          { text: "Writing." },
          shell("printf hello > made.txt && cat made.txt"),
        ],
        "The file is **made**.",
      ),
      rule("long text", [{ text: LONG_TEXT, chunk: 7, delay: 0 }]),
      rule("parallel", [{ text: "Some at once." }, shell("echo one"), shell("echo two"), failing], "All are done."),
      rule("slow", [{ text: "word ".repeat(400), chunk: 5, delay: 25 }]),
      rule("silent", [{ text: "Wait." }, { pause: "forever" }]),
      rule("sleepy tool", [{ text: "Sleeping." }, shell("tail -f /dev/null")], "Awake."),
      rule("edit it", [write("edited.txt", "one\ntwo\n")], "Edited."),
      written("first"),
      written("second"),
      written("third"),
      ...ERRORS.map((status) =>
        rule(`error ${status}`, { error: { status, message: `error ${status} for the test` } }),
      ),
      rule("broken stream", [{ text: "This will not" }, { break: true }]),
      ...(question === undefined
        ? []
        : [rule("ask me", [{ text: "A question." }, question(QUESTIONS)], "Thank you for the answer.")]),
      ...(subagent === undefined
        ? []
        : [
            rule("delegate now", [subagent("subagent errand", false)], "The helper has reported."),
            rule(
              "delegate later",
              [subagent("subagent errand", true)],
              "The helper is on its way.",
              "The helper has come back.",
            ),
            {
              when: { prompt: "subagent errand" },
              steps: [[{ text: "I look around." }, shell("sleep 0.3; echo seen")], "I have seen it."],
            },
            rule("delegate deeply", [subagent(ERRANDS[0], false)], "All levels have reported."),
            rule("delegate deeply later", [subagent(`${ERRANDS[0]} later`, true)], "They are on their way.", "Noted."),
            ...chain(subagent, false),
            ...chain(subagent, true),
            { when: { prompt: "task-notification" }, steps: ["The helper has come back."] },
          ]),
      ...(mcp === undefined
        ? []
        : [
            ...["stdio", "http", "sse", "crashing"].map((server) =>
              rule(`use ${server}`, [mcp(server, "say", { text: "ahoy" })], "Echoed."),
            ),
            rule("stall stdio", [{ text: "Waiting for it." }, mcp("stdio", "stall", {})], "It answered."),
            rule("end stdio", [mcp("stdio", "die", {})], "It has gone."),
          ]),
      rule(
        "tell us",
        [
          platform("rename_session", { title: "Harbour lights" }),
          platform("report_progress", { message: "Half way", percent: 50 }),
          write("report.txt", "the report"),
        ],
        [
          platform("share_artifact", { path: "report.txt", title: "The report" }),
          platform("share_artifact", { path: "/etc/hostname" }),
          platform("watch_session", { name: "nobody" }),
        ],
        "Told.",
      ),
      ...(share === undefined ? [] : [rule("share it", [share("/plan/title", "Harbour")], "Shared.")]),
      { steps: [HERE] },
    ],
  });
}
