// Makes a Script of the rules in a file: the first rule whose conditions all hold gives the reply.
import type { Conversation, Turn } from "./conversation.ts";
import type { Block, Reply } from "./reply.ts";
import type { Answer, Script, ScriptBlock, ScriptFile, ScriptPace, ScriptRule, ScriptStep } from "./script.ts";
import { fillIn, fillInAll } from "./template.ts";
import type { Values } from "./template.ts";

/** True when every condition that the rule names holds. */
export function matches(when: ScriptRule["when"], conversation: Conversation, turn: Turn): boolean {
  if (when.prompt && !when.prompt.test(turn.prompt)) return false;
  if (when.system && !when.system.test(conversation.system)) return false;
  if (when.model && !when.model.test(conversation.model)) return false;
  if (when.wire !== undefined && when.wire !== conversation.wire) return false;
  if (when.turn !== undefined && when.turn !== turn.number) return false;
  if (when.anyTool !== undefined && when.anyTool !== conversation.tools.length > 0) return false;
  if (when.tools?.some((name) => !conversation.tools.some((offered) => offered.name === name))) return false;
  const { result, resultIsError } = when;
  if (result && !turn.latest.some((one) => result.test(one.text))) return false;
  if (resultIsError !== undefined && turn.latest.some((one) => one.isError) !== resultIsError) return false;
  return true;
}

/** A rule that names a step (or a result, which implies one) starts counting there; all others at the prompt. */
function stepIndex(rule: ScriptRule, turn: Turn): number {
  if (rule.when.step !== undefined) return turn.step - rule.when.step;
  const waitsForResult = rule.when.result !== undefined || rule.when.resultIsError !== undefined;
  return waitsForResult && rule.steps.length === 1 ? 0 : turn.step;
}

function paceOf(pace: ScriptPace): { pace?: ScriptPace } {
  const { chunk, delay } = pace;
  if (chunk === undefined && delay === undefined) return {};
  return { pace: { ...(chunk === undefined ? {} : { chunk }), ...(delay === undefined ? {} : { delay }) } };
}

function toBlock(block: ScriptBlock, values: Values): Block {
  if ("text" in block) return { kind: "text", text: fillIn(block.text, values), ...paceOf(block) };
  if ("thinking" in block) return { kind: "thinking", text: fillIn(block.thinking, values), ...paceOf(block) };
  if ("pause" in block) return { kind: "pause", milliseconds: block.pause };
  if ("break" in block) return { kind: "break" };
  if ("fail" in block) return { kind: "fail", error: block.fail };
  return {
    kind: "tool",
    name: block.tool,
    input: fillInAll(block.input, values),
    ...(block.id === undefined ? {} : { id: block.id }),
    ...paceOf(block),
  };
}

function toReply(step: ScriptStep, scriptPace: ScriptPace | undefined, values: Values): Reply {
  const pace = scriptPace ? { pace: scriptPace } : {};
  if (typeof step === "string") {
    return { kind: "message", blocks: [{ kind: "text", text: fillIn(step, values) }], ...pace };
  }
  if (Array.isArray(step)) return { kind: "message", blocks: step.map((block) => toBlock(block, values)), ...pace };
  if ("error" in step) return { kind: "error", error: step.error };
  return { kind: "message", ...pace, ...step, blocks: step.blocks.map((block) => toBlock(block, values)) };
}

/** Counts the answers of rules with `times`, so one script object belongs to one simulator. */
export function scriptOfRules(file: ScriptFile): Script {
  const given = new Map<ScriptRule, number>();
  return {
    name: file.name,
    answer(conversation, turn): Answer | undefined {
      for (const [position, rule] of file.rules.entries()) {
        const step = rule.steps[stepIndex(rule, turn)];
        const count = given.get(rule) ?? 0;
        if (step === undefined || count >= (rule.times ?? Infinity)) continue;
        if (!matches(rule.when, conversation, turn)) continue;
        given.set(rule, count + 1);
        const groups = rule.when.prompt?.exec(turn.prompt) ?? undefined;
        const values: Values = { conversation, turn, ...(groups ? { groups } : {}) };
        return { reply: toReply(step, file.pace, values), rule: rule.name ?? `rule ${position + 1}` };
      }
      return undefined;
    },
  };
}
