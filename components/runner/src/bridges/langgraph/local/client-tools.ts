/** A tool of the client as the model is told of it. Nothing here carries it out: its calls wait for the client's result. */
import { tool, type StructuredToolInterface } from "@langchain/core/tools";
import type { Tool } from "@ag-ui/core";
import { toolSchema } from "../../common/client-tools.ts";
import { ToolRefusal } from "../tools/refusal.ts";

export function offered({ name, description, parameters }: Tool): StructuredToolInterface {
  return tool(
    async () => {
      throw new ToolRefusal("Only the user's application can carry this out.");
    },
    { name, description: description ?? "", schema: toolSchema(parameters) },
  );
}
