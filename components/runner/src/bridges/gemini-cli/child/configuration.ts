/**
 * Gemini CLI's core, configured by this session alone: no settings file, hook, extension, agent or MCP server that a
 * repository brings along is read. Its instructions (GEMINI.md) and skills are: they are texts for the model.
 */
import { AuthType, Config, MCPServerConfig } from "@google/gemini-cli-core";
import { randomUUID } from "node:crypto";
import type { StartOptions } from "../protocol.ts";
import { policy, TOOLS } from "./policy.ts";

/** A server that is down or a model that is busy is asked again twice. */
const MODEL_ATTEMPTS = 3;
const MCP_TIMEOUT = 30_000;
/** Longer outputs go to a file, of which the model is told. */
const LONGEST_TOOL_OUTPUT = 40_000;
const MCP_PATIENCE = 5000;

export async function openConfiguration(options: StartOptions): Promise<Config> {
  const config = new Config({
    sessionId: randomUUID(),
    clientName: "pilothouse",
    targetDir: options.workingDirectory,
    cwd: options.workingDirectory,
    includeDirectories: options.directories.filter((directory) => directory !== options.workingDirectory),
    model: options.model,
    debugMode: false,
    // The prompts and tools for a conversation. What would ask a person is answered by the policy, see `approvals.ts`.
    interactive: true,
    trustedFolder: true,
    folderTrust: false,
    policyEngineConfig: policy(options.permissionMode),
    coreTools: TOOLS,
    mcpServers: serversOf(options.mcpServers),
    enableAgents: false,
    // About Gemini CLI and its successor, not about the work.
    disabledSkills: ["skill-creator", "antigravity-support"],
    includeDirectoryTree: false,
    // It takes long lists and tables for loops and ends the turn; here people watch, and the budget bounds the rest.
    disableLoopDetection: true,
    enableHooks: false,
    extensionsEnabled: false,
    plan: false,
    topicUpdateNarration: false,
    ideMode: false,
    checkpointing: false,
    telemetry: { enabled: false },
    usageStatisticsEnabled: false,
    useRipgrep: false,
    maxAttempts: MODEL_ATTEMPTS,
    truncateToolOutputThreshold: LONGEST_TOOL_OUTPUT,
    enableInteractiveShell: false,
  });
  await config.initialize();
  await config.refreshAuth(AuthType.USE_GEMINI, options.apiKey, options.baseUrl);
  const client = config.getGeminiClient();
  if (!client.isInitialized()) await client.initialize();
  generation(config, options);
  await settled(config.waitForMcpInit(), MCP_PATIENCE);
  // Tools of servers that came up meanwhile belong to the conversation from its first turn.
  await client.setTools();
  return config;
}

/** The session's own sampling settings, for every request. */
function generation(config: Config, { temperature, maxTokens }: StartOptions): void {
  if (temperature === undefined && maxTokens === undefined) return;
  config.modelConfigService.registerRuntimeModelOverride({
    match: { overrideScope: "core" },
    modelConfig: {
      generateContentConfig: {
        ...(temperature === undefined ? {} : { temperature }),
        ...(maxTokens === undefined ? {} : { maxOutputTokens: maxTokens }),
      },
    },
  });
}

function serversOf(servers: StartOptions["mcpServers"]): Record<string, MCPServerConfig> {
  const entries = Object.entries(servers).map(([name, server]) => {
    const { command, args, env, url, httpUrl, headers } = server;
    const config = new MCPServerConfig(
      command,
      args,
      env,
      undefined,
      url,
      httpUrl,
      headers,
      undefined,
      undefined,
      MCP_TIMEOUT,
    );
    return [name, config] as const;
  });
  return Object.fromEntries(entries);
}

/** A server that hangs must not keep the others waiting for long. */
async function settled(work: Promise<void>, patience: number): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, patience);
  await Promise.race([work.catch(() => undefined), promise]);
  clearTimeout(timer);
}
