/** What the simulated model says in the tests: prompts are keywords. */
import { parseScript, type Script } from "@pilothouse/model-simulator";

export const script: Script = parseScript({
  rules: [
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
      when: { prompt: "slow" },
      steps: [[{ text: "word ".repeat(400), chunk: 5, delay: 25 }]],
    },
    {
      when: { prompt: "show secrets" },
      steps: [
        [{ tool: "Bash", input: { command: "env; cat /proc/self/environ", description: "Look for keys" } }],
        "Nothing there.",
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
    { steps: ["I am here."] },
  ],
});
