/** One request for an operation: right in all that the document says, or wrong in one thing. */
import type { Operation, Parameter } from "./document.ts";
import type { Random } from "./random.ts";
import type { Schemas } from "./schema.ts";
import type { Values } from "./values.ts";

export interface Wish {
  readonly operation: Operation;
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
  /** What is wrong with it; undefined when the document allows all of it. */
  readonly fault: string | undefined;
}

export interface WishSources {
  readonly random: Random;
  readonly schemas: Schemas;
  readonly values: Values;
  /** Values of path parameters that lead somewhere, by their names. */
  readonly known: Readonly<Record<string, readonly string[]>>;
}

/** Undefined when the document has no request of that kind. */
export function makeWish(operation: Operation, faulty: boolean, sources: WishSources): Wish | undefined {
  const { random } = sources;
  const places = [
    ...operation.parameters.filter(({ in: place }) => place !== "cookie").map((parameter) => parameter.name),
    ...(operation.requestBody === undefined ? [] : ["body", "body", "body", "body"]),
  ];
  if (faulty && places.length === 0) return undefined;
  const wrong = faulty ? random.pick(places) : undefined;
  let fault: string | undefined;
  let path = operation.path;
  const query: string[] = [];
  const headers: Record<string, string> = {};
  for (const parameter of operation.parameters) {
    const spoilt = parameter.name === wrong;
    const text = spoilt ? unfittingText(parameter, sources) : fittingText(parameter, sources);
    if (text === undefined) {
      if (parameter.in === "path" || spoilt) return undefined;
      continue;
    }
    if (spoilt) fault = `${parameter.in} ${parameter.name}=${JSON.stringify(text).slice(0, 80)}`;
    if (parameter.in === "path") path = path.replace(`{${parameter.name}}`, encodePath(text, parameter.name));
    else if (parameter.in === "query") query.push(`${encodeURIComponent(parameter.name)}=${encodeURIComponent(text)}`);
    else headers[parameter.name.toLowerCase()] = text;
  }
  const sent = body(operation, wrong === "body", sources);
  if (wrong === "body") {
    if (sent?.fault === undefined) return undefined;
    fault = sent.fault;
  }
  if (sent?.type !== undefined) headers["content-type"] = sent.type;
  const search = query.length === 0 ? "" : `?${query.join("&")}`;
  return { operation, method: operation.method, path: path + search, headers, body: sent?.text, fault };
}

function body(operation: Operation, spoilt: boolean, { random, values, schemas }: WishSources) {
  const { requestBody } = operation;
  if (requestBody === undefined) return undefined;
  const media = requestBody.content["application/json"];
  if (media === undefined)
    return { text: random.pick(["", "some bytes", "\u0000\u0001"]), type: "application/octet-stream" };
  const { schema = {} } = media;
  if (spoilt) {
    const kind = random.pick(["value", "value", "value", "text", "type", ...(requestBody.required ? ["absent"] : [])]);
    if (kind === "absent") return { fault: "no body" };
    if (kind === "text") return { text: "{", type: "application/json", fault: "no JSON" };
    if (kind === "type")
      return { text: "{}", type: random.pick(["text/plain", "application/xml"]), fault: "another type" };
    const made = values.unfitting(schema);
    if (made === undefined) return undefined;
    const text = JSON.stringify(made.value);
    return {
      text,
      type: "application/json",
      fault: `body ${String(schemas.problem(schema, made.value))}: ${text.slice(0, 300)}`,
    };
  }
  if (media.example !== undefined && random.chance(0.2)) return json(media.example);
  if (!requestBody.required && random.chance(0.3)) return undefined;
  const made = values.fitting(schema);
  return made === undefined ? undefined : json(made.value);
}

const json = (value: unknown) => ({ text: JSON.stringify(value), type: "application/json", fault: undefined });

function fittingText(parameter: Parameter, { random, values, schemas, known }: WishSources): string | undefined {
  const { name, in: place, required, schema } = parameter;
  const right = known[name]?.filter((text) => schemas.fits(schema, text));
  const isKnown = right !== undefined && right.length > 0 && (place === "path" || place === "header");
  if (isKnown && random.chance(0.9)) return random.pick(right);
  if (!required && random.chance(place === "header" ? 0.85 : 0.6)) return undefined;
  for (let attempt = 0; attempt < 20; attempt += 1) {
    const text = textOf(values.fitting(schema)?.value ?? "");
    if (text !== undefined && isSendable(text, parameter)) return text;
  }
  return isKnown ? random.pick(right) : undefined;
}

function unfittingText(parameter: Parameter, sources: WishSources): string | undefined {
  const { values, schemas } = sources;
  for (let attempt = 0; attempt < 30; attempt += 1) {
    const value = values.unfitting(parameter.schema)?.value ?? values.odd();
    const text = textOf(value);
    if (text === undefined) continue;
    if (isSendable(text, parameter) && !readings(text).some((read) => schemas.fits(parameter.schema, read))) {
      return text;
    }
  }
  return undefined;
}

/** A value as an address holds it; what is no single value has no such form. */
function textOf(value: unknown): string | undefined {
  if (typeof value === "string") return value;
  return typeof value === "number" || typeof value === "boolean" ? String(value) : undefined;
}

/** What a text in an address can be read as. */
function readings(text: string): unknown[] {
  const number = /^-?\d+(?:\.\d+)?$/.test(text) ? [Number(text)] : [];
  return [text, ...number, ...(text === "true" || text === "false" ? [text === "true"] : [])];
}

/** An empty part of a path is another path, and a header holds no control characters and loses its outer spaces. */
function isSendable(text: string, { in: place }: Parameter): boolean {
  if (text.length > 2000 || !text.isWellFormed()) return false;
  if (place === "header") return /^[\u0021-\u007e]([\u0020-\u007e]*[\u0021-\u007e])?$/.test(text);
  return place !== "path" || (text !== "" && text !== "." && text !== "..");
}

/** The path of a file is written part by part. */
function encodePath(text: string, name: string): string {
  return name === "path" ? text.split("/").map(encodeURIComponent).join("/") : encodeURIComponent(text);
}
