/** What the simulated Gemini model says in the tests: prompts are keywords. */
import { parseScript, type Script } from "@pilothouse/model-simulator";

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
    { when: { prompt: "slow" }, steps: [[{ text: "word ".repeat(400), chunk: 5, delay: 25 }]] },
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
    { when: { prompt: "use the server" }, steps: [[{ tool: "mcp_desk_ring", input: { times: 2 } }], "It rang."] },
    {
      when: { prompt: "show secrets" },
      steps: [[shell("env; cat /proc/self/environ /proc/$PPID/environ")], "Nothing there."],
    },
    { steps: ["I am here."] },
  ],
});
