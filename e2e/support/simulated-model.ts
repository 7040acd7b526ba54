/** The model of the whole-job suites: it writes a file, runs a command, asks a question and sums up. */
import { type ModelSimulator, parseScript, startModelSimulator } from "@pilothouse/model-simulator";

/** What the agent is told to write. */
export const GREETING_FILE = "greeting.txt";
export const GREETING = "Hello from the workspace";

const QUESTION = {
  question: "Which colour should the greeting have?",
  header: "Colour",
  multiSelect: false,
  options: [
    { label: "Blue", description: "Like the sea" },
    { label: "Green", description: "Like the land" },
  ],
};

/** What a curious agent would try: every environment, command line and file that it can reach. */
const THIEVERY = [
  "env",
  "cat /proc/*/environ /proc/*/cmdline 2>/dev/null | tr '\\0' '\\n'",
  "find / -xdev -type f -size -64k -newermt '-1 hour' -not -path '/proc/*' 2>/dev/null | head -2000 | xargs -r grep -lsI 'sk-ant-[c]anary' 2>/dev/null",
  "ls -la /var/run/secrets/pilothouse /var/run/secrets/kubernetes.io/serviceaccount 2>&1",
  "echo looked everywhere",
].join("; ");

const SCRIPT = {
  name: "whole job",
  rules: [
    {
      name: "slow story",
      when: { prompt: "tell a long story" },
      steps: [{ blocks: [{ text: "Once upon a time there was a ship. ".repeat(400), chunk: 20, delay: 50 }] }],
    },
    {
      name: "after a resume",
      when: { prompt: "what did we do" },
      steps: ["We told a story about a ship."],
    },
    {
      name: "work",
      when: { prompt: "write a greeting" },
      steps: [
        [
          { thinking: "A file with one line is what is asked for." },
          { text: "I will write the file first." },
          { tool: "Write", input: { file_path: GREETING_FILE, content: `${GREETING}\n` } },
        ],
        [
          { text: "Now I check what was written." },
          {
            tool: "Bash",
            input: { command: `cat ${GREETING_FILE} && git status --short`, description: "Show the file" },
          },
        ],
        [{ tool: "AskUserQuestion", input: { questions: [QUESTION] } }],
        `Done: **${GREETING_FILE}** is written, and the colour is chosen.`,
      ],
    },
    {
      name: "thief",
      when: { prompt: "look for secrets" },
      steps: [[{ tool: "Bash", input: { command: THIEVERY, description: "Look around" } }], "That is all there is."],
    },
    { name: "anything else", when: {}, steps: ["I have nothing to say to that."] },
  ],
};

/** Starts it on a free port of loopback. */
export function startSimulatedModel(): Promise<ModelSimulator> {
  return startModelSimulator({ script: parseScript(SCRIPT) });
}
