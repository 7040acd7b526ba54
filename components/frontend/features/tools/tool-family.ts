/** Which family a tool belongs to, whatever its framework calls it: the family decides how a call is shown. */
export type ToolFamily =
  | "shell"
  | "edit"
  | "write"
  | "read"
  | "search"
  | "list"
  | "todo"
  | "fetch"
  | "web-search"
  | "task"
  | "question"
  | "mcp"
  | "other";

/** A map, as any name may be asked for: an object answers to `constructor` and `__proto__` too. */
const FAMILIES = new Map<string, ToolFamily>(
  Object.entries({
    bash: "shell",
    shell: "shell",
    run_shell_command: "shell",
    execute_command: "shell",
    terminal: "shell",
    edit: "edit",
    multiedit: "edit",
    replace: "edit",
    str_replace: "edit",
    str_replace_based_edit_tool: "edit",
    notebookedit: "edit",
    write: "write",
    write_file: "write",
    create_file: "write",
    read: "read",
    read_file: "read",
    read_many_files: "read",
    view: "read",
    notebookread: "read",
    grep: "search",
    glob: "search",
    search_file_content: "search",
    grep_search: "search",
    find_files: "search",
    toolsearch: "search",
    ls: "list",
    list_directory: "list",
    todowrite: "todo",
    write_todos: "todo",
    webfetch: "fetch",
    web_fetch: "fetch",
    websearch: "web-search",
    web_search: "web-search",
    google_web_search: "web-search",
    task: "task",
    agent: "task",
    askuserquestion: "question",
    ask_user: "question",
  }),
);

export function toolFamily(name: string | undefined): ToolFamily {
  if (name === undefined) return "other";
  if (name.startsWith("mcp__")) return "mcp";
  return FAMILIES.get(name.toLowerCase()) ?? "other";
}

/** `mcp__server__tool` → its two names. */
export function mcpName(name: string): { server: string; tool: string } {
  const [, server = "", ...tool] = name.split("__");
  return { server, tool: tool.join("__") };
}

/** Families whose calls are many and small: consecutive ones become one line. */
export function isQuiet(family: ToolFamily): boolean {
  return family === "read" || family === "search" || family === "list";
}
