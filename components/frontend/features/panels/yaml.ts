/** Plain data as YAML, for reading: block style, strings quoted only where they would be read as something else. */
const PLAIN = /^[A-Za-z0-9_./$(][^\u0000-\u001f\u007f:#]*$/;
const AMBIGUOUS = /^(true|false|null|yes|no|on|off|y|n|~|[-+]?[\d.][\d_.:eE+-]*|0[xo][\da-f]+|\.(inf|nan))$/i;

export function toYaml(value: unknown): string {
  return block(value, "").replace(/^\n/, "");
}

/** Begins with a line break when the value needs lines of its own, else with a space. */
function block(value: unknown, indent: string): string {
  if (Array.isArray(value)) {
    if (value.length === 0) return " []";
    return value.map((item: unknown) => `\n${indent}-${nested(item, `${indent}  `)}`).join("");
  }
  if (typeof value === "object" && value !== null) {
    const fields = Object.entries(value).filter(([, field]) => field !== undefined);
    if (fields.length === 0) return " {}";
    return fields.map(([key, field]) => `\n${indent}${scalar(key)}:${block(field, below(field, indent))}`).join("");
  }
  return typeof value === "string" && value.includes("\n") ? literal(value, indent) : ` ${scalar(value)}`;
}

/** Lists stand at their key's own indent, as kubectl writes them. */
const below = (value: unknown, indent: string): string => (Array.isArray(value) ? indent : `${indent}  `);

/** An item of a list: its first line stands beside the dash. */
function nested(value: unknown, indent: string): string {
  const text = block(value, indent);
  return text.startsWith(`\n${indent}`) && !Array.isArray(value) ? ` ${text.slice(1 + indent.length)}` : text;
}

/** A text of several lines as it is, where YAML can hold it so. */
function literal(text: string, indent: string): string {
  if (/[^\n\t\u0020-\ud7ff\ue000-\ufffd]/.test(text) || /^\s/.test(text)) return ` ${JSON.stringify(text)}`;
  const end = text.endsWith("\n\n") ? "+" : text.endsWith("\n") ? "" : "-";
  const inner = indent === "" ? "  " : indent;
  const lines = text.replace(/\n$/, "").split("\n");
  return ` |${end}${lines.map((line) => (line === "" ? "\n" : `\n${inner}${line}`)).join("")}`;
}

function scalar(value: unknown): string {
  if (typeof value !== "string") return value === undefined ? "null" : JSON.stringify(value);
  return PLAIN.test(value) && !AMBIGUOUS.test(value) && value.trim() === value ? value : JSON.stringify(value);
}
