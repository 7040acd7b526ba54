/** How Claude Code is started: its environment is exactly what it needs, and nothing of the repository can widen it. */
import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import type { CanUseTool, McpServerConfig, Options, PermissionMode } from "@anthropic-ai/claude-agent-sdk";
import type { AgenticSessionSpec, McpServer } from "@pilothouse/contracts/resources/agentic-session";
import type { SessionContext } from "../bridge.ts";
import { agentEnvironment } from "../common/environment.ts";
import { sessionPrompt } from "../common/prompt.ts";
import { CLIENT_SERVER } from "./client-tools.ts";
import { PLATFORM_SERVER, START_SESSION } from "./platform-tools.ts";

const MODES: Readonly<Record<AgenticSessionSpec["permissionMode"], PermissionMode>> = {
  ask: "default",
  acceptEdits: "acceptEdits",
  plan: "plan",
  bypass: "bypassPermissions",
};

export function permissionModeOf(mode: AgenticSessionSpec["permissionMode"]): PermissionMode {
  return MODES[mode];
}

/** Scheduling and remote tools make no sense in a pod that lives as long as its session. */
const ABSENT_TOOLS = [
  "CronCreate",
  "CronDelete",
  "CronList",
  "ScheduleWakeup",
  "EnterWorktree",
  "ExitWorktree",
  "Workflow",
];
const PLAN_TOOLS = ["EnterPlanMode", "ExitPlanMode"];

export interface OptionsInput {
  readonly context: SessionContext;
  readonly workingDirectory: string;
  readonly directories: readonly string[];
  readonly model: string | undefined;
  readonly permissionMode: AgenticSessionSpec["permissionMode"];
  readonly projectConfig: string;
  readonly platformTools: McpServerConfig;
  readonly conversation: { readonly resume: string } | { readonly sessionId: string };
  readonly canUseTool: CanUseTool;
  readonly stderr: (data: string) => void;
  readonly abortController: AbortController;
}

export function claudeOptions(input: OptionsInput): Options {
  const { context, permissionMode } = input;
  return {
    ...input.conversation,
    cwd: input.workingDirectory,
    additionalDirectories: [
      ...input.directories,
      ...(context.workflow === undefined ? [] : [context.workflow.directory]),
      context.paths.artifacts,
      context.paths.uploads,
    ].filter((directory) => directory !== input.workingDirectory),
    env: claudeEnvironment(context),
    ...(input.model === undefined ? {} : { model: input.model }),
    permissionMode: permissionModeOf(permissionMode),
    // Also in other modes, so that a session can be switched to bypass while it runs.
    allowDangerouslySkipPermissions: true,
    canUseTool: input.canUseTool,
    disallowedTools: permissionMode === "plan" ? ABSENT_TOOLS : [...ABSENT_TOOLS, ...PLAN_TOOLS],
    includePartialMessages: true,
    forwardSubagentText: true,
    perTaskStopAffordance: true,
    settingSources: ["project"],
    projectConfigRoot: input.projectConfig,
    strictMcpConfig: true,
    settings: {
      disableAllHooks: true,
      disableSkillShellExecution: true,
      enableAllProjectMcpServers: false,
      // Also where nobody is asked, so that a call waits for the answer that comes from outside.
      permissions: {
        ask: [START_SESSION, `mcp__${CLIENT_SERVER}`],
        // Where the session's facts are, what the user has allowed among them: in no mode for an agent to change.
        deny: [`Edit(/${context.paths.platform}/**)`],
      },
    },
    // The session's own servers are added after the start: those that are given here can never be removed.
    mcpServers: { [PLATFORM_SERVER]: input.platformTools },
    mcpServersDelivery: "initialize",
    // Not the one that the conversation began with: repositories and the workflow may be others now.
    systemPrompt: { type: "preset", preset: "claude_code", append: claudePrompt(input), snapshot: false },
    stderr: input.stderr,
    abortController: input.abortController,
  };
}

function claudeEnvironment(context: SessionContext): Record<string, string> {
  const { maxTokens } = context.spec.llmSettings ?? {};
  return {
    ...agentEnvironment(context, process.env),
    ANTHROPIC_BASE_URL: `${context.broker.url}/anthropic`,
    ANTHROPIC_API_KEY: context.broker.token,
    CLAUDE_CONFIG_DIR: context.paths.claude,
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
    // The broker answers a wrong key or a used-up budget at once; ten tries would take minutes.
    CLAUDE_CODE_MAX_RETRIES: "3",
    // Milliseconds for a tool server to connect: the first message waits for all of them.
    MCP_TIMEOUT: "5000",
    CLAUDE_AGENT_SDK_CLIENT_APP: "pilothouse",
    ...(maxTokens === undefined ? {} : { CLAUDE_CODE_MAX_OUTPUT_TOKENS: String(maxTokens) }),
    // The pod is the sandbox; without this Claude Code refuses to skip permissions for root.
    IS_SANDBOX: "1",
  };
}

export function mcpServersOf(servers: Readonly<Record<string, McpServer>>): Record<string, McpServerConfig> {
  const configs = Object.entries(servers).flatMap(([name, server]): [string, McpServerConfig][] => {
    const { type, command, args, env, url, headers } = server;
    if (type === "stdio")
      return command === undefined
        ? []
        : [[name, { type, command, ...(args ? { args } : {}), ...(env ? { env } : {}) }]];
    return url === undefined ? [] : [[name, { type, url, ...(headers ? { headers } : {}) }]];
  });
  return Object.fromEntries(configs);
}

function claudePrompt({ context, workingDirectory, directories }: OptionsInput): string {
  const people = "People follow along and answer in a web interface.";
  return sessionPrompt({ ...context, workingDirectory, directories, people });
}

/** Whether Claude Code has a conversation of this id on the session's volume. */
export async function hasConversation(configDirectory: string, id: string): Promise<boolean> {
  const projects = join(configDirectory, "projects");
  const folders = await readdir(projects).catch(() => []);
  return folders.some((folder) => existsSync(join(projects, folder, `${id}.jsonl`)));
}
