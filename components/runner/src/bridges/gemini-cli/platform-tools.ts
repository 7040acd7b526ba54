/** The platform's tools for an agent that cannot ask its user, nor share a state: the others are left out. */
import {
  platformTools,
  START_SESSION_TOOL,
  type PlatformTool,
  type PlatformToolsOptions,
} from "../../platform/tools.ts";
import { z } from "zod";
import { messageOf } from "../../errors.ts";
import type { ToolAnswer, ToolDefinition } from "./protocol.ts";

const LEFT_OUT = new Set([START_SESSION_TOOL, "get_shared_state", "update_shared_state"]);

export class SessionPlatformTools {
  readonly #tools: ReadonlyMap<string, PlatformTool>;

  constructor(options: PlatformToolsOptions) {
    const tools = platformTools(options).filter(({ name }) => !LEFT_OUT.has(name));
    this.#tools = new Map(tools.map((tool) => [tool.name, tool]));
  }

  get definitions(): ToolDefinition[] {
    return [...this.#tools.values()].map(({ name, description, shape }) => {
      const { $schema: _dialect, ...parameters } = z.toJSONSchema(z.object(shape));
      return { name, description, parameters };
    });
  }

  has(name: string): boolean {
    return this.#tools.has(name);
  }

  async run(name: string, args: unknown): Promise<ToolAnswer> {
    try {
      const tool = this.#tools.get(name);
      if (tool === undefined) return { text: `There is no tool ${name}.`, isError: true };
      return { text: await tool.run(args), isError: false };
    } catch (error) {
      return { text: messageOf(error), isError: true };
    }
  }
}
