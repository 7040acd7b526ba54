/** What the simulated Gemini model says in the tests: prompts are keywords. */
import { parseScript, type Script } from "@pilothouse/model-simulator";

export const LONG_TEXT = "Ein längerer Text – 長い文章 – 🚢⚓️🧭 – ".repeat(200);

const shell = (command: string): { tool: string; input: Record<string, unknown> } => ({
  tool: "run_shell_command",
  input: { command, description: "For the test" },
});

export const script: Script = parseScript({
  rules: [
    {
      when: { prompt: "please work" },
      steps: [
        [
          { thinking: "**Planning**\n\nI should write a file." },
          { text: "Writing." },
          shell("printf hello > made.txt && cat made.txt"),
        ],
        "The file is **made**.",
      ],
    },
    {
      when: { prompt: "parallel" },
      steps: [
        [
          { text: "Three at once." },
          shell("echo one"),
          shell("echo two"),
          { tool: "read_file", input: { file_path: "no" } },
        ],
        "All three are done.",
      ],
    },
    { when: { prompt: "long text" }, steps: [[{ text: LONG_TEXT, chunk: 7, delay: 0 }]] },
    { when: { prompt: "slow" }, steps: [[{ text: "word ".repeat(400), chunk: 5, delay: 25 }]] },
    { when: { prompt: "silent" }, steps: [[{ text: "Wait." }, { pause: "forever" }]] },
    { when: { prompt: "sleepy tool" }, steps: [[{ text: "Sleeping." }, shell("tail -f /dev/null")], "Awake."] },
    {
      when: { prompt: "edit files" },
      steps: [
        [{ tool: "write_file", input: { file_path: "package.json", content: '{ "name": "made" }\n' } }],
        [
          {
            tool: "replace",
            input: { file_path: "package.json", instruction: "rename", old_string: "made", new_string: "changed" },
          },
        ],
        [shell("touch commanded.txt")],
        "Edited.",
      ],
    },
    { when: { prompt: "ask me" }, steps: [[{ tool: "ask_user", input: { questions: [] } }], "Then I decide myself."] },
    { when: { prompt: "use the server" }, steps: [[{ tool: "mcp_desk_ring", input: { times: 2 } }], "It rang."] },
    { when: { prompt: "/\\berror 400$/" }, steps: [{ error: { status: 400, message: "bad request for the test" } }] },
    { when: { prompt: "/\\berror 401$/" }, steps: [{ error: { status: 401, message: "bad key for the test" } }] },
    {
      when: { prompt: "/\\berror 404$/" },
      steps: [{ error: { status: 404, message: "models/x is not found for API version v1beta" } }],
    },
    { when: { prompt: "/\\berror 429$/" }, steps: [{ error: { status: 429, message: "too many for the test" } }] },
    { when: { prompt: "/\\berror 500$/" }, steps: [{ error: { status: 500, message: "broken for the test" } }] },
    { when: { prompt: "/\\bbroken stream$/" }, steps: [[{ text: "This will not" }, { break: true }]] },
    {
      when: { prompt: "show secrets" },
      steps: [[shell("env; cat /proc/self/environ /proc/$PPID/environ")], "Nothing there."],
    },
    { steps: ["I am here."] },
  ],
});
