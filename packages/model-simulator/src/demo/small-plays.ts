// Short plays: a subagent, a slow answer to interrupt, and an error of the provider.
import type { MessageReply } from "../reply.ts";
import type { Play, Stage } from "./stage.ts";
import { quoted, say, setbacks, SIMULATED } from "./stage.ts";

/** The report itself, without the frame that Claude Code puts around what a subagent hands back. */
function report(stage: Stage): string {
  const text = stage.turn.latest[0]?.text ?? "Nothing.";
  const body = text.split("The report follows:\n").at(-1) ?? text;
  return body
    .replace(/\nagentId: [\s\S]*$/, "")
    .replaceAll(/^ {2}/gm, "")
    .replace(`${SIMULATED}\n\n`, "");
}

export const delegate: Play = {
  name: "delegate",
  scenes: [
    (stage) =>
      say(stage, {
        think: "Part of this can be done by someone else while I keep the overview.",
        say: stage.tools.delegate
          ? "I give a part of the work to a subagent."
          : "This agent has no subagents; I list the files myself.",
        call: [
          stage.tools.delegate?.("Explain the repository", "Explain what is in this repository. Read only.") ??
            stage.tools.shell?.("ls -1Ap", "List the folder"),
        ],
      }),
    (stage) =>
      say(stage, {
        say: `## What came back\n\n${SIMULATED}\n\n${report(stage)}${setbacks(stage)}`,
      }),
  ],
};

const STORY = [
  "This answer is slow on purpose. You can watch the words arrive, scroll, send another message that waits its turn, or stop me at any moment.",
  "A model server sends its answer in small pieces. The broker passes each piece on as it comes and counts the tokens on the way; the runner turns it into an event with a number; your browser puts the pieces together.",
  "If you close the page now and open it again, the numbers tell the browser what it has seen, and it goes on from there.",
];

export const slowly: Play = {
  name: "slow",
  scenes: [
    (stage): MessageReply => ({
      ...say(stage, { think: `"${quoted(stage.turn.prompt)}". So I take my time.`, say: STORY.join("\n\n") }),
      pace: { chunk: 6, delay: 120 },
    }),
    // Reached when a framework goes on by itself after an answer without tools.
    (stage) => say(stage, { say: "That was all." }),
  ],
};

export const trouble: Play = {
  name: "error",
  scenes: [
    (stage) =>
      say(stage, {
        say: "I begin as usual, and then the model's provider will report an error.",
        call: [stage.tools.shell?.("echo about to fail", "Say so")],
      }),
  ],
};

/** No tools are offered: a plain chat, or a framework that asks for a title. */
export function plainWords(stage: Stage): string {
  const { conversation, turn } = stage;
  if (/\btitle\b/i.test(conversation.system)) return turn.prompt.split(/\s+/).slice(0, 6).join(" ").slice(0, 50);
  return `You wrote: "${quoted(turn.prompt)}"\n\n${SIMULATED}`;
}
