// Keeps a sink equal to what the API server holds: list, then watch, for ever.
//
// The stream may break at any point. A watch is taken up again from the last version seen, bookmarks included;
// when that version is compacted away (410) everything is listed again. Nothing is missed: either every change
// since the last version arrives, or a whole new picture does.
import { backoffDelay, pause, type BackoffOptions } from "../backoff.ts";
import type { KubernetesClient } from "../client/client.ts";
import { NO_RETRY } from "../client/retry.ts";
import { isExpired, isInvalid } from "../errors.ts";
import type { Logger } from "../logger.ts";
import type { KubernetesObject, ResourceType, Stored } from "../resources/meta.ts";
import { servesWatchList } from "./watch-list.ts";

export interface ReflectorSink<T extends KubernetesObject> {
  /** The whole picture. */
  replace(objects: readonly Stored<T>[]): void;
  set(object: Stored<T>): void;
  delete(object: Stored<T>): void;
}

export interface Selection {
  /** Default: all namespaces. */
  readonly namespace?: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
}

export interface ReflectorOptions<T extends KubernetesObject> {
  readonly client: KubernetesClient;
  readonly resource: ResourceType<T>;
  readonly selection?: Selection;
  readonly sink: ReflectorSink<T>;
  readonly logger: Logger;
  /** Objects per page of the first picture. Default 500. */
  readonly pageSize?: number;
  /** How long the server keeps one watch open; a random share up to double is added. Default 300 s. */
  readonly watchSeconds?: number;
  readonly backoff?: BackoffOptions;
  /** Default: "auto", by the server's version. */
  readonly watchList?: "auto" | "never";
}

const DEFAULT_BACKOFF: BackoffOptions = { baseMilliseconds: 200, maximumMilliseconds: 30_000 };
/** A server that does not close a watch when it should has gone silently away. */
const OVERDUE_SECONDS = 30;

export class Reflector<T extends KubernetesObject> {
  readonly #options: ReflectorOptions<T>;
  readonly #log: { resource: string; namespace: string | undefined };
  /** Last version seen; undefined = a whole new picture is needed. */
  #version: string | undefined;

  constructor(options: ReflectorOptions<T>) {
    this.#options = options;
    this.#log = { resource: options.resource.plural, namespace: options.selection?.namespace };
  }

  /** Runs until the signal aborts; never throws for what the server does. */
  async run(signal: AbortSignal): Promise<void> {
    let failures = 0;
    while (!signal.aborted) {
      try {
        const progressed = await this.#once(signal);
        failures = progressed ? 0 : failures + 1;
      } catch (error) {
        if (signal.aborted) return;
        if (isExpired(error)) {
          this.#options.logger.info(this.#log, "the watched version has expired: listing again");
          this.#version = undefined;
        } else {
          this.#options.logger.warn({ ...this.#log, error }, "watching failed: trying again");
        }
        failures += 1;
      }
      if (failures > 0) await pause(backoffDelay(failures, this.#options.backoff ?? DEFAULT_BACKOFF), signal);
    }
  }

  /** One list if needed, then one watch. False when the watch ended at once with nothing. */
  async #once(signal: AbortSignal): Promise<boolean> {
    if (this.#version === undefined) {
      const watchList = this.#options.watchList !== "never" && (await servesWatchList(this.#options.client, signal));
      if (watchList) {
        try {
          return await this.#watch(signal, true);
        } catch (error) {
          // The feature can be switched off whatever the version says.
          if (!isInvalid(error)) throw error;
        }
      }
      await this.#list(signal);
    }
    return this.#watch(signal, false);
  }

  async #list(signal: AbortSignal): Promise<void> {
    const { client, resource, selection, pageSize = 500 } = this.#options;
    try {
      await this.#listPages(signal, pageSize);
    } catch (error) {
      if (!isExpired(error)) throw error;
      // The pages took longer than the server keeps a version: take all in one.
      const all = await client.list(resource, { ...selection, signal, retry: NO_RETRY });
      this.#accept(all.items, all.metadata.resourceVersion);
    }
  }

  async #listPages(signal: AbortSignal, limit: number): Promise<void> {
    const { client, resource, selection } = this.#options;
    const objects: Stored<T>[] = [];
    let next: string | undefined;
    do {
      const page = await client.list(resource, { ...selection, limit, continue: next, signal, retry: NO_RETRY });
      objects.push(...page.items);
      next = page.metadata.continue === "" ? undefined : page.metadata.continue;
      if (next === undefined) this.#accept(objects, page.metadata.resourceVersion);
    } while (next !== undefined);
  }

  #accept(objects: readonly Stored<T>[], version: string | undefined): void {
    this.#options.sink.replace(objects);
    this.#version = version;
  }

  async #watch(signal: AbortSignal, initial: boolean): Promise<boolean> {
    const { client, resource, selection, sink, watchSeconds = 300 } = this.#options;
    const timeoutSeconds = Math.round(watchSeconds * (1 + Math.random()));
    const overdue = AbortSignal.timeout((timeoutSeconds + OVERDUE_SECONDS) * 1000);
    const began = Date.now();
    const first = initial ? new Map<string, Stored<T>>() : undefined;
    let collecting = first;
    let events = 0;
    const stream = client.watch(resource, {
      ...selection,
      timeoutSeconds,
      signal: AbortSignal.any([signal, overdue]),
      retry: NO_RETRY,
      ...(initial
        ? { sendInitialEvents: true, resourceVersionMatch: "NotOlderThan" as const }
        : { resourceVersion: this.#version }),
    });
    for await (const event of stream) {
      events += 1;
      if (event.type === "BOOKMARK") {
        if (event.initialEventsEnd && collecting !== undefined) {
          sink.replace(Array.from(collecting.values()));
          collecting = undefined;
        }
        if (collecting === undefined && event.resourceVersion !== "") this.#version = event.resourceVersion;
        continue;
      }
      if (collecting !== undefined) {
        const { uid, name } = event.object.metadata;
        if (event.type === "DELETED") collecting.delete(uid ?? name);
        else collecting.set(uid ?? name, event.object);
        continue;
      }
      if (event.type === "DELETED") sink.delete(event.object);
      else sink.set(event.object);
      this.#version = event.object.metadata.resourceVersion;
    }
    return events > 0 || Date.now() - began > 1000;
  }
}
