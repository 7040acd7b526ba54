/** What a bridge can do. The UI hides panels that do not apply. */
import { z } from "zod";

export const AgentFeature = z.enum([
  "agentic_chat",
  "human_in_the_loop",
  "thinking",
  "shared_state",
  "backend_tool_rendering",
]);
export type AgentFeature = z.infer<typeof AgentFeature>;

export const FrameworkCapabilities = z.object({
  framework: z.string(),
  provider: z.string().nullable(),
  agentFeatures: z.array(AgentFeature),
  fileSystem: z.boolean(),
  mcp: z.boolean(),
  tracing: z.enum(["langfuse", "langsmith"]).nullable().describe("The tracer in use, null when none is configured"),
  supportedTracing: z.enum(["langfuse", "langsmith"]).nullable(),
  sessionPersistence: z.boolean(),
});
export type FrameworkCapabilities = z.infer<typeof FrameworkCapabilities>;

/** `GET /capabilities` of a runner: the bridge's declaration and what the framework reported when it started. */
export const CapabilitiesReport = FrameworkCapabilities.extend({
  models: z.array(z.string()).default([]),
  tools: z.array(z.string()).default([]),
  commands: z.array(z.object({ name: z.string(), description: z.string().default("") })).default([]),
  agents: z.array(z.string()).default([]),
  clientTools: z
    .boolean()
    .optional()
    .describe("Whether a run's tools are offered to the agent; their calls are carried out by the client"),
});
export type CapabilitiesReport = z.infer<typeof CapabilitiesReport>;

const none = { fileSystem: false, mcp: false, tracing: null, supportedTracing: null, sessionPersistence: false };

/** The declarations of the bundled bridges: the brief's table. */
export const BRIDGE_CAPABILITIES: Readonly<
  Record<"claude-agent-sdk" | "gemini-cli" | "langgraph" | "replay", FrameworkCapabilities>
> = {
  "claude-agent-sdk": {
    framework: "claude-agent-sdk",
    provider: "anthropic",
    agentFeatures: ["agentic_chat", "human_in_the_loop", "thinking", "shared_state", "backend_tool_rendering"],
    fileSystem: true,
    mcp: true,
    tracing: null,
    supportedTracing: "langfuse",
    sessionPersistence: true,
  },
  "gemini-cli": {
    framework: "gemini-cli",
    provider: "google",
    agentFeatures: ["agentic_chat", "backend_tool_rendering"],
    fileSystem: true,
    mcp: true,
    tracing: null,
    supportedTracing: "langfuse",
    sessionPersistence: false,
  },
  langgraph: {
    ...none,
    framework: "langgraph",
    provider: null,
    agentFeatures: ["agentic_chat", "human_in_the_loop", "shared_state"],
    supportedTracing: "langsmith",
  },
  replay: { ...none, framework: "replay", provider: null, agentFeatures: ["agentic_chat"] },
};
