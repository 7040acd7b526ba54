/** How each framework's tools are called, so that one script of a model can drive them all. */

export interface ToolBlock {
  readonly tool: string;
  readonly input: Record<string, unknown>;
}

export interface Question {
  readonly question: string;
  readonly header: string;
  readonly options: readonly { readonly label: string; readonly description: string }[];
  readonly multiSelect: boolean;
}

export interface Dialect {
  readonly shell: (command: string) => ToolBlock;
  readonly shellName: string;
  /** A call that fails. */
  readonly failing: ToolBlock;
  readonly write: (path: string, content: string) => ToolBlock;
  readonly question?: (questions: readonly Question[]) => ToolBlock;
  readonly subagent?: (prompt: string, background: boolean) => ToolBlock;
  /** A tool of the MCP server `desk`, and of others by name. */
  readonly mcp?: (server: string, tool: string, input: Record<string, unknown>) => ToolBlock;
  readonly share?: (path: string, value: unknown) => ToolBlock;
  /** A tool of the platform. */
  readonly platform: (tool: string, input: Record<string, unknown>) => ToolBlock;
  /** A tool of the client. */
  readonly client: (tool: string, input: Record<string, unknown>) => ToolBlock;
}

export const CLAUDE: Dialect = {
  shellName: "Bash",
  shell: (command) => ({ tool: "Bash", input: { command, description: "For the test" } }),
  failing: { tool: "Bash", input: { command: "exit 3", description: "Fail" } },
  write: (path, content) => ({ tool: "Write", input: { file_path: path, content } }),
  question: (questions) => ({ tool: "AskUserQuestion", input: { questions } }),
  subagent: (prompt, background) => ({
    tool: "Agent",
    input: { description: "Look", prompt, subagent_type: "general-purpose", run_in_background: background },
  }),
  mcp: (server, tool, input) => ({ tool: `mcp__${server}__${tool}`, input }),
  share: (path, value) => ({ tool: "mcp__pilothouse__update_shared_state", input: { path, value } }),
  platform: (tool, input) => ({ tool: `mcp__pilothouse__${tool}`, input }),
  client: (tool, input) => ({ tool: `mcp__client__${tool}`, input }),
};

export const GEMINI: Dialect = {
  shellName: "run_shell_command",
  shell: (command) => ({ tool: "run_shell_command", input: { command, description: "For the test" } }),
  failing: { tool: "read_file", input: { file_path: "no-such-file" } },
  write: (path, content) => ({ tool: "write_file", input: { file_path: path, content } }),
  mcp: (server, tool, input) => ({ tool: `mcp_${server}_${tool}`, input }),
  platform: (tool, input) => ({ tool, input }),
  client: (tool, input) => ({ tool, input }),
};

export const LANGGRAPH: Dialect = {
  shellName: "run_shell_command",
  shell: (command) => ({ tool: "run_shell_command", input: { command } }),
  failing: { tool: "run_shell_command", input: { command: "exit 3" } },
  write: (path, content) => ({ tool: "write_file", input: { file_path: path, content } }),
  question: (questions) => ({ tool: "ask_user", input: { questions } }),
  share: (path, value) => ({ tool: "update_shared_state", input: { path, value } }),
  platform: (tool, input) => ({ tool, input }),
  client: (tool, input) => ({ tool, input }),
};
