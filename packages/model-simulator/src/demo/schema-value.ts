// Makes a value that fits a JSON schema, for required fields and structured output that no script thought of.

function first(value: unknown): unknown {
  return Array.isArray(value) ? value[0] : undefined;
}

function record(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : {};
}

/** `words` is used for every free text. References are not followed: they yield null. */
export function valueOfSchema(schema: unknown, words: string): unknown {
  const node = record(schema);
  if ("const" in node) return node["const"];
  if ("default" in node) return node["default"];
  if (Array.isArray(node["enum"])) return node["enum"][0];
  const choice = first(node["anyOf"]) ?? first(node["oneOf"]);
  if (choice !== undefined) return valueOfSchema(choice, words);
  const type = Array.isArray(node["type"]) ? node["type"][0] : node["type"];
  switch (String(type).toLowerCase()) {
    case "object": {
      const required = Array.isArray(node["required"]) ? node["required"].map(String) : [];
      const fields = record(node["properties"]);
      return Object.fromEntries(required.map((name) => [name, valueOfSchema(fields[name], words)]));
    }
    case "array": {
      const least = typeof node["minItems"] === "number" ? node["minItems"] : 0;
      return Array.from({ length: least }, () => valueOfSchema(node["items"], words));
    }
    case "string":
      return typeof node["maxLength"] === "number" ? words.slice(0, node["maxLength"]) : words;
    case "integer":
    case "number":
      return typeof node["minimum"] === "number" ? node["minimum"] : 0;
    case "boolean":
      return false;
    default:
      return null;
  }
}
