/** What a route says about itself beyond its schemas, for the OpenAPI document: `config: {…, api: {…}}`. */
export interface ApiNotes {
  /** It is carried out once per `Idempotency-Key`. */
  readonly idempotent?: true;
  /** Its 201 names the new resource in `Location`. */
  readonly location?: true;
  /** With 200 it answers server-sent events: always, or to those who accept them and JSON to the others. */
  readonly stream?: "always" | "accepted";
  /** A stream that continues after `Last-Event-ID`. */
  readonly resumable?: true;
  /** Media types of a 200 that is a file. */
  readonly bytes?: readonly string[];
  /** Such a file is meant to be kept: `Content-Disposition`. */
  readonly attachment?: true;
  /** The body is a file of at most so many bytes. */
  readonly upload?: number;
  /** Statuses of errors beyond those that its method and its caller bring with them. */
  readonly errors?: readonly number[];
  /** A body that is right wherever the platform runs. */
  readonly example?: unknown;
}

declare module "fastify" {
  interface FastifyContextConfig {
    api?: ApiNotes;
  }
}

/** Media types of files that a browser may show; anything else is sent as bytes. */
export const FILE_TYPES = [
  "application/octet-stream",
  "application/json",
  "application/pdf",
  "text/plain",
  "image/*",
  "audio/*",
  "video/*",
] as const;
