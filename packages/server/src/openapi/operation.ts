/**
 * One operation of an OpenAPI document, completed: every status that it can answer with, the headers and media types
 * that no schema of Fastify's can say.
 */
import type { ApiNotes } from "./notes.ts";

export interface Operation {
  operationId?: string;
  description?: string;
  parameters?: { name: string; in: string; required?: boolean; schema?: object; description?: string }[];
  requestBody?: { required?: boolean; description?: string; content: Record<string, Record<string, unknown>> };
  responses?: Record<string, Answer>;
  security?: unknown[];
  [extension: `x-${string}`]: unknown;
}

interface Answer {
  description?: string;
  headers?: Record<string, unknown>;
  content?: Record<string, Record<string, unknown>>;
}

export type ErrorTable = Readonly<Record<string, { readonly status: number; readonly meaning: string }>>;

export interface Facts {
  readonly method: string;
  /** Whether it needs a token. */
  readonly secured: boolean;
  /** Whether its body may be left out. */
  readonly bodyOptional: boolean;
  readonly notes: ApiNotes;
}

/** Whatever is asked, these may be the answer: no request, too slow, too large, a fault, the end of the process. */
const ANY = [400, 408, 417, 431, 500, 503];
/** What the caller's token may bring about. */
const SECURED = [401, 403, 404, 429];
const WRITES = [409, 422];
const WAITS = new Set([429, 502, 503, 504]);

export function completeOperation(operation: Operation, facts: Facts, errors: ErrorTable): void {
  const { notes, bodyOptional } = facts;
  if (notes.upload !== undefined) operation.requestBody = uploadBody(notes.upload);
  if (operation.requestBody !== undefined && bodyOptional) operation.requestBody.required = false;
  const json = operation.requestBody?.content["application/json"];
  if (notes.example !== undefined && json !== undefined) json["example"] = notes.example;
  const parameters = headerParameters(notes);
  if (parameters.length > 0) operation.parameters = [...(operation.parameters ?? []), ...parameters];
  operation.responses = { ...successes(operation, notes), ...failures(operation, facts, errors) };
}

/** Answers that are no errors, with their headers and the forms that they have beside JSON. */
function successes({ responses = {} }: Operation, notes: ApiNotes): Record<string, Answer> {
  const given = Object.entries(responses).filter(([status]) => /^[23]\d\d$/.test(status));
  const answers: Record<string, Answer> = Object.fromEntries(
    given.map(([status, answer]) => [status, { ...answer, ...described(status, answer) }]),
  );
  const created = answers["201"];
  if (created !== undefined && notes.location === true) created.headers = { ...created.headers, ...LOCATION };
  if (notes.idempotent === true) {
    for (const answer of Object.values(answers)) answer.headers = { ...answer.headers, ...REPLAYED };
  }
  if (notes.stream !== undefined) answers["200"] = streamed(notes, answers["200"]);
  if (notes.bytes !== undefined) answers["200"] = file(notes, answers["200"]);
  return answers;
}

function streamed({ stream }: ApiNotes, json: Answer | undefined): Answer {
  const content = {
    ...(stream === "always" ? {} : json?.content),
    "text/event-stream": { schema: { type: "string" } },
  };
  const both = Object.keys(content).length > 1;
  return { description: both ? "As JSON, or as server-sent events" : "Server-sent events", content };
}

function file({ bytes = [], attachment }: ApiNotes, json: Answer | undefined): Answer {
  const schema = { type: "string", format: "binary" };
  const content = { ...json?.content, ...Object.fromEntries(bytes.map((type) => [type, typeOf(type, schema)])) };
  return { description: "The bytes", ...(attachment === true ? { headers: DISPOSITION } : {}), content };
}

/** A file of JSON is any JSON; of another type it is bytes. */
function typeOf(type: string, schema: object): Record<string, unknown> {
  return type === "application/json" ? { schema: {} } : { schema };
}

function failures({ parameters = [], requestBody, responses = {} }: Operation, facts: Facts, errors: ErrorTable) {
  const { method, secured, notes } = facts;
  const statuses = new Set([...ANY, ...(notes.errors ?? [])]);
  if (secured) for (const status of SECURED) statuses.add(status);
  if (parameters.some(({ in: place }) => place === "path")) statuses.add(404);
  if (method !== "get" || notes.idempotent === true) for (const status of WRITES) statuses.add(status);
  if (requestBody !== undefined) statuses.add(413);
  const sorted = [...statuses].toSorted((a, b) => a - b).map(String);
  const own = (status: string): Answer["content"] => responses[status]?.content;
  const all = sorted.map((status): [string, Answer] => [status, failure(status, errors, own(status))]);
  return { ...Object.fromEntries(all), default: failure("default", errors, undefined) };
}

function failure(status: string, errors: ErrorTable, own: Answer["content"]): Answer {
  const codes = Object.entries(errors).filter(([, entry]) => String(entry.status) === status);
  const text = codes.map(([code, { meaning }]) => `${code}: ${meaning}`).join(". ");
  return {
    description: text === "" ? "Any other failure, in the shape of every error" : `${text}.`,
    ...(WAITS.has(Number(status)) ? { headers: RETRY_AFTER } : {}),
    ...(status === "401" ? { headers: CHALLENGE } : {}),
    content: own ?? { "application/json": { schema: { $ref: "#/components/schemas/Error" } } },
  };
}

const PHRASES: Readonly<Record<string, string>> = {
  200: "It is so",
  201: "Created",
  202: "Accepted: it happens in a moment",
  204: "Done; there is nothing to say",
};

function described(status: string, { description }: Answer): { description: string } {
  const useful = description !== undefined && description !== "Default Response" && description !== "No content";
  return { description: useful ? description : (PHRASES[status] ?? "An answer") };
}

function headerParameters({ idempotent, resumable }: ApiNotes): NonNullable<Operation["parameters"]> {
  return [
    ...(idempotent === true
      ? [
          {
            name: "Idempotency-Key",
            in: "header",
            required: false,
            description: "A request that is sent again with the same key is carried out once and answered as the first",
            schema: { type: "string", minLength: 1, maxLength: 255, pattern: "^[!-~]+$" },
          },
        ]
      : []),
    ...(resumable === true
      ? [
          {
            name: "Last-Event-ID",
            in: "header",
            required: false,
            description: "The id of the last event that was received; anything but a number is ignored",
            schema: { type: "string" },
          },
        ]
      : []),
  ];
}

function uploadBody(largest: number): NonNullable<Operation["requestBody"]> {
  const schema = { type: "string", format: "binary", maxLength: largest };
  return {
    required: false,
    description: `The bytes, at most ${largest}; of whatever type`,
    content: { "application/octet-stream": { schema }, "*/*": { schema } },
  };
}

const text = (description: string) => ({ description, schema: { type: "string" } });
const LOCATION = { Location: text("Address of what was created") };
const REPLAYED = { "Idempotent-Replayed": text("true when an earlier request with the same key was carried out") };
const DISPOSITION = { "Content-Disposition": text("attachment, with a file name") };
const CHALLENGE = { "WWW-Authenticate": text("Bearer") };
const RETRY_AFTER = { "Retry-After": { description: "Seconds to wait", schema: { type: "integer", minimum: 0 } } };
