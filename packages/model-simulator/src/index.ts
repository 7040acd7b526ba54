// A simulated model provider: speaks the providers' wire protocols, and says what a script tells it to.
export type { Conversation, Message, Part, ToolDefinition, ToolResult, Turn, Wire } from "./conversation.ts";
export { readTurn } from "./conversation.ts";
export { demoScript } from "./demo/index.ts";
export { SimulatorError } from "./errors.ts";
export type { ScriptSource } from "./load.ts";
export { loadScript, parseScript } from "./load.ts";
export type { Block, ErrorReply, MessageReply, ModelError, Pace, Reply, StopReason, Usage } from "./reply.ts";
export { failure, message, text, thinking, tool } from "./reply.ts";
export type { Answer, Script } from "./script.ts";
export type { ModelSimulator, RecordedRequest, SimulatorOptions } from "./server.ts";
export { startModelSimulator } from "./server.ts";
