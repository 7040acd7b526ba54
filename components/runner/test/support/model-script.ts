/** What the simulated model says in the tests: prompts are keywords. */
import { parseScript, type Script } from "@pilothouse/model-simulator";

export const QUESTION = {
  questions: [
    {
      question: "Which colour?",
      header: "Colour",
      options: [
        { label: "Blue", description: "like the sea" },
        { label: "Red", description: "like a buoy" },
      ],
      multiSelect: false,
    },
  ],
};

const LONG = "Ein längerer Text – 長い文章 – 🚢⚓️🧭 – ".repeat(200);

export const script: Script = parseScript({
  rules: [
    {
      when: { prompt: "ask me" },
      steps: [[{ text: "A question." }, { tool: "AskUserQuestion", input: QUESTION }], "Thank you for the answer."],
    },
    {
      when: { prompt: "please work" },
      steps: [
        [
          { thinking: "I should write a file." },
          { text: "Writing." },
          { tool: "Bash", input: { command: "printf hello > made.txt && cat made.txt", description: "Make a file" } },
        ],
        "The file is **made**.",
      ],
    },
    {
      when: { prompt: "parallel" },
      steps: [
        [
          { text: "Three at once." },
          { tool: "Bash", input: { command: "echo one", description: "One" } },
          { tool: "Bash", input: { command: "echo two", description: "Two" } },
          { tool: "Bash", input: { command: "exit 3", description: "Fail" } },
        ],
        "All three are done.",
      ],
    },
    { when: { prompt: "long text" }, steps: [[{ text: LONG, chunk: 7, delay: 0 }]] },
    {
      when: { prompt: "slow" },
      steps: [[{ text: "word ".repeat(400), chunk: 5, delay: 25 }]],
    },
    {
      when: { prompt: "sleepy tool" },
      steps: [
        [{ text: "Sleeping." }, { tool: "Bash", input: { command: "tail -f /dev/null", description: "Sleep" } }],
        "Awake.",
      ],
    },
    {
      when: { prompt: "delegate now" },
      steps: [
        [
          {
            tool: "Agent",
            input: {
              description: "Look",
              prompt: "subagent errand",
              subagent_type: "general-purpose",
              run_in_background: false,
            },
          },
        ],
        "The helper has reported.",
      ],
    },
    {
      when: { prompt: "delegate later" },
      steps: [
        [
          {
            tool: "Agent",
            input: {
              description: "Look",
              prompt: "subagent errand",
              subagent_type: "general-purpose",
              run_in_background: true,
            },
          },
        ],
        "The helper is on its way.",
        "The helper has come back.",
      ],
    },
    {
      when: { prompt: "subagent errand" },
      steps: [
        [{ text: "I look around." }, { tool: "Bash", input: { command: "sleep 1; echo seen", description: "Look" } }],
        "I have seen it.",
      ],
    },
    { when: { prompt: "/^error 400$/" }, steps: [{ error: { status: 400, message: "bad request for the test" } }] },
    { when: { prompt: "/^error 401$/" }, steps: [{ error: { status: 401, message: "bad key for the test" } }] },
    { when: { prompt: "/^error 529$/" }, steps: [{ error: { status: 529, message: "overloaded for the test" } }] },
    { when: { prompt: "/^broken stream$/" }, steps: [[{ text: "This will not" }, { break: true }]] },
    {
      when: { prompt: "show secrets" },
      steps: [
        [{ tool: "Bash", input: { command: "env; cat /proc/self/environ", description: "Look for keys" } }],
        "Nothing there.",
      ],
    },
    {
      when: { prompt: "write it" },
      steps: [
        [{ tool: "Bash", input: { command: "echo approved > approved.txt", description: "Write" } }],
        "Done with it.",
      ],
    },
    {
      when: { prompt: "share it" },
      steps: [
        [{ tool: "mcp__pilothouse__update_shared_state", input: { path: "/plan/title", value: "Harbour" } }],
        "Shared.",
      ],
    },
    { when: { prompt: "use the echo" }, steps: [[{ tool: "mcp__echo__say", input: { text: "ahoy" } }], "Echoed."] },
    { when: { prompt: "task-notification" }, steps: ["The helper has come back."] },
    { steps: ["I am here."] },
  ],
});
