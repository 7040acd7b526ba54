/** What the broker must know of a model provider: where keys go, which paths it forwards, how it counts and complains. */
import type { Redactor as StreamRewriter } from "../secrets/redact.ts";
import type { Meter } from "../usage/reading.ts";

export type ProviderName = "anthropic" | "gemini" | "openai";

/** `model`: runs a model, is counted and stopped by the budget. `free`: everything else that the provider does not charge. */
export type RouteKind = "model" | "free";

export interface ProviderFailure {
  readonly status: number;
  readonly message: string;
}

export interface Provider {
  readonly name: ProviderName;
  /** As people call it, for messages. */
  readonly label: string;
  /** The provider's own address; any other upstream was set by the installation. */
  readonly officialUrl: string;
  /** Keys of the runner secret that open this provider, in order of preference. */
  readonly keyNames: readonly [string, ...string[]];
  /** Undefined: not forwarded. What is charged but not counted here would slip past the budget. */
  route(method: string, path: string): RouteKind | undefined;
  keyHeaders(key: string): Readonly<Record<string, string>>;
  errorDocument(failure: ProviderFailure): unknown;
  meter(request: { readonly path: string; readonly bytes: () => number }): Meter;
  /** Makes a stream of events simpler, for a client of this provider that does not read all that the standard allows. */
  readonly tidy?: () => StreamRewriter;
  /** Changes a request that would otherwise be answered without numbers; only then is the body read as a whole. */
  readonly prepare?: {
    applies(path: string): boolean;
    rewrite(body: Buffer): Buffer;
  };
}
