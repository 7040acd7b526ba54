// The script of `pilothouse up --simulate-model`: an agent that does something worth watching for any prompt, and says what it is.
// It keeps no state: every reply follows from the request alone, so a restarted session goes on where it was.
import type { Conversation, Turn } from "../conversation.ts";
import type { Pace, Reply } from "../reply.ts";
import type { Answer, Script } from "../script.ts";
import { explain } from "./explain.ts";
import { fix } from "./fix.ts";
import { question } from "./question.ts";
import { valueOfSchema } from "./schema-value.ts";
import { delegate, plainWords, slowly, trouble } from "./small-plays.ts";
import type { Play, Stage } from "./stage.ts";
import { say, setStage, SIMULATED } from "./stage.ts";
import { test } from "./test-play.ts";
import { tour } from "./tour.ts";

/** Asked in this order; the first whose words are in the prompt is played. */
const PLAYS: readonly (readonly [RegExp, Play])[] = [
  [/\bsimulat\w* (an? )?(\w+ )?(error|failure)\b|^\s*error\b/i, trouble],
  [/\b(slow|slowly)\b/i, slowly],
  [/\b(delegate|subagents?)\b/i, delegate],
  [/\b(question|questions|ask me|choose|choice)\b/i, question],
  [/\b(explain|describe|what (is|are|does))\b/i, explain],
  [/\b(tests?|testing)\b/i, test],
  [/\b(fix|repair|bug|todo)\b/i, fix],
];

// A framework note that looked like a prompt would make the demo begin again for ever: this ends it.
const LONGEST = 200;

export function choosePlay(prompt: string): Play {
  return PLAYS.find(([words]) => words.test(prompt))?.[1] ?? tour;
}

function perform(stage: Stage, play: Play): Reply {
  const { conversation, turn, tools } = stage;
  if (conversation.responseSchema) {
    const value = valueOfSchema(conversation.responseSchema, plainWords(stage));
    return { kind: "message", blocks: [{ kind: "text", text: JSON.stringify(value) }] };
  }
  if (turn.number > LONGEST) {
    const message = `this demo plays no more than ${LONGEST} prompts in one session; start a new one`;
    return { kind: "error", error: { status: 400, message } };
  }
  if (play === trouble && (turn.step > 0 || !tools.shell)) {
    // 400, because clients retry the others for minutes.
    const message = "This error is simulated: the prompt asked for one. Nothing is wrong with the session.";
    return { kind: "error", error: { status: 400, message } };
  }
  if (play === slowly) return (play.scenes[turn.step] ?? slowly.scenes[1] ?? plain)(stage);
  if (tools.names.length === 0) return plain(stage);
  if (!tools.shell && !tools.read && !tools.write && play !== question) {
    const names = tools.names.map((name) => `\`${name}\``).join(", ");
    return say(stage, {
      say: `${SIMULATED}\n\nI could use ${names}, but this demo only knows files, commands and questions.`,
    });
  }
  // Skip scenes that have nothing to do with these tools: a reply without a call ends the turn.
  const scene = play.scenes[turn.step];
  if (!scene) return say(stage, { say: "There is nothing left to do." });
  const reply = scene(stage);
  const last = turn.step === play.scenes.length - 1;
  if (last || reply.blocks.some((block) => block.kind === "tool")) return reply;
  const ending = play.scenes.at(-1);
  return play === question || !ending ? reply : ending(stage);
}

function plain(stage: Stage): Reply & { kind: "message" } {
  return say(stage, { say: plainWords(stage) });
}

/** @param pace `{delay: 0}` for tests; the default is the speed of a quick model. */
export function demoScript(pace: Partial<Pace> = { chunk: 14, delay: 16 }): Script {
  return {
    name: "demo",
    answer(conversation: Conversation, turn: Turn): Answer {
      const stage = setStage(conversation, turn);
      const play = choosePlay(turn.prompt);
      const reply = perform(stage, play);
      return { rule: play.name, reply: reply.kind === "message" ? { pace, ...reply } : reply };
    },
  };
}
