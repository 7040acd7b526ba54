/**
 * The process in which Gemini CLI's core works: apart from the runner, because it writes to the standard streams, reads the
 * environment of its process, and may take its process down. It speaks over IPC alone, and ends with the runner.
 */
import { messageOf } from "../../../errors.ts";
import { ToChild, type FromChild } from "../protocol.ts";
import { Agent } from "./agent.ts";

const CLOSE_PATIENCE = 1000;

let agent: Agent | undefined;

const tell = (message: FromChild): void => {
  if (process.connected) process.send?.(message);
};

async function start(options: Extract<ToChild, { type: "start" }>["options"]): Promise<void> {
  try {
    agent = await Agent.open(options, (call) => tell({ type: "toolCall", ...call }));
    tell({ type: "ready", tools: agent.tools, models: agent.models });
  } catch (error) {
    tell({ type: "failed", message: messageOf(error) });
  }
}

async function turn(current: Agent, { id, content, tools }: Extract<ToChild, { type: "turn" }>): Promise<void> {
  try {
    await current.offer(tools);
    await current.turn(id, content, (told) => tell({ type: "told", turn: id, told }));
  } catch (error) {
    const told = { type: "problem" as const, status: "INTERNAL", message: messageOf(error), fatal: true };
    tell({ type: "told", turn: id, told });
  }
  tell({ type: "turnEnded", turn: id, history: current.history });
}

async function close(): Promise<never> {
  // Whatever hangs: the process ends.
  setTimeout(() => process.exit(0), CLOSE_PATIENCE).unref();
  await agent?.close().catch(() => undefined);
  process.exit(0);
}

async function handle(message: ToChild): Promise<void> {
  if (message.type === "start") return start(message.options);
  if (message.type === "stop") return close();
  if (agent === undefined) return;
  switch (message.type) {
    case "turn":
      return turn(agent, message);
    case "toolAnswer":
      return agent.answerTool(message.id, message.answer);
    case "abort":
      return agent.abort();
    case "model":
      return agent.setModel(message.model);
    case "permissionMode":
      return agent.setPermissionMode(message.permissionMode);
    case "mcpStatus":
      return tell({ type: "mcpStatus", id: message.id, servers: agent.mcpStatus() });
    default:
      return message satisfies never;
  }
}

process.on("message", (raw) => {
  handle(ToChild.parse(raw)).catch((error: unknown) => console.error(error));
});
process.once("disconnect", () => void close());
process.once("SIGTERM", () => void close());
// The framework leaves some promises without anyone to hear that they failed; its own CLI goes on then, too.
process.on("unhandledRejection", (reason) => console.error(reason));
