/**
 * What the bridge and its child process say to each other over the IPC channel. The child's messages are parsed: the agent
 * works in that process, so nothing that comes from it is taken on trust.
 */
import { PermissionMode } from "@pilothouse/contracts/resources/agentic-session";
import { z } from "zod";

const Part = z.discriminatedUnion("type", [
  z.object({ type: z.literal("text"), text: z.string() }),
  z.object({ type: z.literal("media"), data: z.string(), mimeType: z.string() }),
]);
export type Part = z.infer<typeof Part>;

/** The framework's conversation, which the bridge keeps only to hand it to the next process. */
const History = z.array(z.record(z.string(), z.unknown()));
export type History = z.infer<typeof History>;

const Server = z.object({
  command: z.string().optional(),
  args: z.array(z.string()).optional(),
  env: z.record(z.string(), z.string()).optional(),
  url: z.string().optional(),
  httpUrl: z.string().optional(),
  headers: z.record(z.string(), z.string()).optional(),
});

/** A tool that the bridge carries out. */
const ToolDefinition = z.object({
  name: z.string(),
  description: z.string(),
  /** The JSON schema of an object. */
  parameters: z.record(z.string(), z.unknown()),
});
export type ToolDefinition = z.infer<typeof ToolDefinition>;

const ToolAnswer = z.object({ text: z.string(), isError: z.boolean() });
export type ToolAnswer = z.infer<typeof ToolAnswer>;

const StartOptions = z.object({
  workingDirectory: z.string(),
  directories: z.array(z.string()),
  model: z.string(),
  permissionMode: PermissionMode,
  mcpServers: z.record(z.string(), Server),
  tools: z.array(ToolDefinition),
  /** The broker stands where the provider is; its token is handed over here, not in the environment. */
  baseUrl: z.string(),
  apiKey: z.string(),
  temperature: z.number().optional(),
  maxTokens: z.number().optional(),
  history: History,
});
export type StartOptions = z.infer<typeof StartOptions>;

export const ToChild = z.discriminatedUnion("type", [
  z.object({ type: z.literal("start"), options: StartOptions }),
  z.object({
    type: z.literal("turn"),
    id: z.string(),
    content: z.array(Part),
    /** The client's, for this turn. */
    tools: z.array(ToolDefinition),
  }),
  z.object({ type: z.literal("toolAnswer"), id: z.string(), answer: ToolAnswer }),
  z.object({ type: z.literal("abort") }),
  z.object({ type: z.literal("model"), model: z.string() }),
  z.object({ type: z.literal("permissionMode"), permissionMode: PermissionMode }),
  z.object({ type: z.literal("mcpStatus"), id: z.string() }),
  z.object({ type: z.literal("stop") }),
]);
export type ToChild = z.infer<typeof ToChild>;

/** What the agent tells in a turn. */
export const Told = z.discriminatedUnion("type", [
  z.object({ type: z.literal("text"), text: z.string() }),
  z.object({ type: z.literal("thought"), subject: z.string(), text: z.string() }),
  z.object({ type: z.literal("toolCall"), id: z.string(), name: z.string(), args: z.record(z.string(), z.unknown()) }),
  z.object({
    type: z.literal("toolResult"),
    id: z.string(),
    content: z.array(Part),
    isError: z.boolean(),
    /** A unified diff of what an edit changed. */
    diff: z.string().optional(),
  }),
  z.object({
    type: z.literal("usage"),
    model: z.string(),
    inputTokens: z.number(),
    outputTokens: z.number(),
    cachedTokens: z.number(),
  }),
  /** The model's answer broke off and is asked for again: what it said so far is repeated. */
  z.object({ type: z.literal("retry") }),
  z.object({
    type: z.literal("problem"),
    status: z.string(),
    httpStatus: z.number().optional(),
    message: z.string(),
    fatal: z.boolean(),
  }),
  z.object({ type: z.literal("end"), reason: z.string() }),
]);
export type Told = z.infer<typeof Told>;

export const FromChild = z.discriminatedUnion("type", [
  z.object({ type: z.literal("ready"), tools: z.array(z.string()), models: z.array(z.string()) }),
  z.object({ type: z.literal("failed"), message: z.string() }),
  z.object({ type: z.literal("told"), turn: z.string(), told: Told }),
  z.object({ type: z.literal("toolCall"), id: z.string(), name: z.string(), args: z.record(z.string(), z.unknown()) }),
  z.object({ type: z.literal("turnEnded"), turn: z.string(), history: History }),
  z.object({
    type: z.literal("mcpStatus"),
    id: z.string(),
    servers: z.array(
      z.object({
        name: z.string(),
        status: z.string(),
        error: z.string().optional(),
        tools: z.array(z.object({ name: z.string(), description: z.string().optional() })),
      }),
    ),
  }),
]);
export type FromChild = z.infer<typeof FromChild>;
