// Finds what the demo agent can do among the tools that a request offers, whatever framework named them.
import type { Conversation, ToolDefinition } from "../conversation.ts";
import type { ToolBlock } from "../reply.ts";
import { tool } from "../reply.ts";
import { valueOfSchema } from "./schema-value.ts";

export type TodoStatus = "pending" | "in_progress" | "completed";

export interface TodoItem {
  readonly content: string;
  readonly active: string;
  readonly status: TodoStatus;
}

export interface Question {
  readonly question: string;
  readonly header: string;
  readonly options: readonly { readonly label: string; readonly description: string }[];
}

/** An ability is absent when no tool of the request provides it. */
export interface Toolbox {
  readonly shell?: (command: string, description: string) => ToolBlock;
  readonly read?: (path: string) => ToolBlock;
  readonly write?: (path: string, content: string) => ToolBlock;
  readonly edit?: (path: string, before: string, after: string) => ToolBlock;
  readonly ask?: (question: Question) => ToolBlock;
  readonly delegate?: (description: string, prompt: string) => ToolBlock;
  /** One call that sets the whole list. */
  readonly todos?: (items: readonly TodoItem[]) => ToolBlock;
  /** A list kept by one call per entry (Claude Code's tasks), which may have to be loaded first. */
  readonly tasks?: {
    readonly load?: ToolBlock;
    readonly create: (item: TodoItem) => ToolBlock;
    readonly update: (id: string, status: TodoStatus) => ToolBlock;
  };
  /** Names of all tools of the request. */
  readonly names: readonly string[];
}

const NAMES = {
  shell: ["Bash", "run_shell_command", "shell", "bash", "execute_command", "run_command", "exec"],
  read: ["Read", "read_file", "view_file", "read"],
  write: ["Write", "write_file", "create_file", "write"],
  edit: ["Edit", "replace", "edit_file", "str_replace", "edit"],
  ask: ["AskUserQuestion", "ask_user", "ask_user_question", "ask"],
  delegate: ["Agent", "Task"],
  todos: ["TodoWrite", "write_todos", "update_todos"],
} as const;

const PATH_FIELDS = ["file_path", "absolute_path", "path", "filename", "file"];

function properties(definition: ToolDefinition): Record<string, unknown> {
  const fields = definition.inputSchema["properties"];
  return typeof fields === "object" && fields !== null ? { ...fields } : {};
}

/** MCP tools carry their server's name in front (`mcp__server__name`). */
function find(conversation: Conversation, names: readonly string[]): ToolDefinition | undefined {
  for (const name of names) {
    const found = conversation.tools.find((one) => one.name === name || one.name.endsWith(`__${name}`));
    if (found) return found;
  }
  return undefined;
}

/** Takes the wished values under the names that the schema has, and makes up whatever else it requires. */
function call(
  definition: ToolDefinition,
  wished: readonly (readonly [fields: readonly string[], value: unknown])[],
): ToolBlock {
  const known = properties(definition);
  const input: Record<string, unknown> = {};
  for (const [fields, value] of wished) {
    const field = fields.find((one) => one in known);
    if (field !== undefined) input[field] = value;
  }
  const required = definition.inputSchema["required"];
  for (const field of Array.isArray(required) ? required.map(String) : []) {
    if (!(field in input)) input[field] = valueOfSchema(known[field], "the simulated agent's choice");
  }
  return tool(definition.name, input);
}

function askWith(definition: ToolDefinition): NonNullable<Toolbox["ask"]> {
  return (question) => {
    const structured = { ...question, multiSelect: false, type: "choice" };
    const schema = JSON.stringify(properties(definition)["questions"] ?? {});
    const { type: _type, ...untyped } = structured;
    return call(definition, [
      [["questions"], [schema.includes('"choice"') ? structured : untyped]],
      [["question", "prompt", "message"], question.question],
      [["options", "choices"], question.options.map((option) => option.label)],
    ]);
  };
}

function todosWith(definition: ToolDefinition): NonNullable<Toolbox["todos"]> {
  const schema = JSON.stringify(definition.inputSchema);
  const describes = !schema.includes('"content"') && schema.includes('"description"');
  return (items) =>
    tool(definition.name, {
      todos: items.map(({ content, active, status }) =>
        describes ? { description: content, status } : { content, activeForm: active, status },
      ),
    });
}

function tasks(conversation: Conversation): Toolbox["tasks"] {
  const listed = find(conversation, ["TaskCreate"]);
  const loader = find(conversation, ["ToolSearch"]);
  // Claude Code announces tools that it has not loaded yet, one name a line: in a reminder, or as a system message.
  const texts = conversation.messages.flatMap((message) =>
    message.parts.map((part) => (part.type === "text" ? part.text : "")),
  );
  const announced = [conversation.system, ...texts].some((text) => /^TaskCreate$/m.test(text));
  if (!listed && !(loader && announced)) return undefined;
  return {
    ...(loader && announced
      ? { load: tool(loader.name, { query: "select:TaskCreate,TaskUpdate", max_results: 5 }) }
      : {}),
    create: ({ content, active }) => tool("TaskCreate", { subject: content, description: content, activeForm: active }),
    update: (id, status) => tool("TaskUpdate", { taskId: id, status }),
  };
}

export function openToolbox(conversation: Conversation): Toolbox {
  const shell = find(conversation, NAMES.shell);
  const read = find(conversation, NAMES.read);
  const write = find(conversation, NAMES.write);
  const edit = find(conversation, NAMES.edit);
  const ask = find(conversation, NAMES.ask);
  const delegate = find(conversation, NAMES.delegate);
  const todos = find(conversation, NAMES.todos);
  const taskList = todos ? undefined : tasks(conversation);
  return {
    names: conversation.tools.map((one) => one.name),
    ...(shell && {
      shell: (command, description) =>
        call(shell, [
          [["command", "cmd", "script"], command],
          [["description"], description],
        ]),
    }),
    ...(read && { read: (path) => call(read, [[PATH_FIELDS, path]]) }),
    ...(write && {
      write: (path, content) =>
        call(write, [
          [PATH_FIELDS, path],
          [["content", "contents", "text", "file_text"], content],
        ]),
    }),
    ...(edit && {
      edit: (path, before, after) =>
        call(edit, [
          [PATH_FIELDS, path],
          [["old_string", "old_str", "oldText"], before],
          [["new_string", "new_str", "newText"], after],
          [["instruction"], "Add one line under the heading"],
        ]),
    }),
    ...(ask && { ask: askWith(ask) }),
    ...(delegate && {
      delegate: (description, prompt) =>
        call(delegate, [
          [["description"], description],
          [["prompt"], prompt],
          [["subagent_type"], "general-purpose"],
          [["run_in_background"], false],
        ]),
    }),
    ...(todos && { todos: todosWith(todos) }),
    ...(taskList && { tasks: taskList }),
  };
}
