// Watching: a stream of changes from a revision on, each told once and in order, with bookmarks in between.
//
// The frame of a change is built once and shared by all its watchers of the same form.
import type { ResourceDefinition } from "../resources/definition.ts";
import type { Change, StoredObject } from "../storage/stored-object.ts";
import type { ClusterStore } from "../storage/store.ts";
import type { Json, JsonObject } from "../json.ts";
import { groupVersion } from "../resources/definition.ts";
import { ApiError, badRequest, expired } from "./errors.ts";
import type { ApiRequest, ApiResponse, ByteSink } from "./http.ts";
import { isTrue } from "./path.ts";
import { notReached, parseRevision, wholeNumber } from "./list-options.ts";
import { selectionOf } from "./read.ts";
import {
  includeObject,
  objectBytes,
  partialMetadata,
  representationOf,
  table,
  type Representation,
} from "./representation.ts";
import type { Selection } from "./selectors.ts";

type EventType = "ADDED" | "MODIFIED" | "DELETED";

const BOOKMARK_INTERVAL = 60_000;
/** A reader that lets this much pile up is cut off; it lists again and goes on from there. */
const MAX_BUFFERED = 16 * 1024 * 1024;
const FIRST_TIMEOUT = 30 * 60;

interface Plan {
  readonly definition: ResourceDefinition;
  readonly namespace: string;
  readonly selection: Selection;
  readonly form: Representation;
  readonly bookmarks: boolean;
  readonly timeoutSeconds: number;
  readonly query: URLSearchParams;
}

export async function watchResponse(
  store: ClusterStore,
  request: ApiRequest,
  definition: ResourceDefinition,
  namespace: string,
): Promise<ApiResponse> {
  const { query } = request;
  const asked = parseRevision(query.get("resourceVersion"));
  const initialEvents = query.get("sendInitialEvents");
  if (initialEvents !== null && query.get("resourceVersionMatch") !== "NotOlderThan")
    throw badRequest("sendInitialEvents requires setting resourceVersionMatch to NotOlderThan");
  const timeout = wholeNumber(query, "timeoutSeconds");
  const plan: Plan = {
    definition,
    namespace,
    selection: selectionOf(definition, query),
    form: representationOf(request.headers["accept"]),
    bookmarks: isTrue(query.get("allowWatchBookmarks")),
    // Spread out, so that many watches that began together do not end together.
    timeoutSeconds: timeout > 0 ? timeout : FIRST_TIMEOUT * (1 + Math.random()),
    query,
  };
  await store.settled();
  const fromNow = asked === undefined || asked === 0;
  const withInitial = initialEvents === null ? fromNow : isTrue(initialEvents);
  if (asked !== undefined && asked > store.revision && initialEvents !== null) throw notReached(asked, store.revision);
  const markInitial = initialEvents !== null && withInitial;
  return {
    status: 200,
    headers: { "content-type": "application/json" },
    body: (sink) => runWatch(store, plan, sink, withInitial ? undefined : (asked ?? store.revision), markInitial),
  };
}

/** `from` undefined: the present state first, as ADDED events. */
function runWatch(
  store: ClusterStore,
  plan: Plan,
  sink: ByteSink,
  from: number | undefined,
  markInitial: boolean,
): () => void {
  const encoder = new FrameEncoder(plan);
  let delivered = from ?? store.revision;
  const deliver = (changes: readonly Change[]): void => {
    const frames: Buffer[] = [];
    for (const change of changes) {
      if (change.revision <= delivered) continue;
      delivered = change.revision;
      const frame = encoder.change(change);
      if (frame !== undefined) frames.push(frame);
    }
    const [only] = frames;
    if (only === undefined) return;
    sink.write(frames.length === 1 ? only : Buffer.concat(frames));
    if (sink.buffered > MAX_BUFFERED) sink.end();
  };
  const watch = store.watch(plan.definition.table, delivered, deliver);
  if (watch === undefined) {
    sink.write(encoder.error(expired(`too old resource version: ${delivered} (${store.revision})`)));
    sink.end();
    return () => {};
  }
  if (from === undefined) {
    const frames = store
      .listAt(plan.definition.table, delivered, plan.namespace === "" ? undefined : plan.namespace)
      ?.filter((object) => plan.selection.matches(object))
      .map((object) => encoder.object("ADDED", object));
    if (frames !== undefined && frames.length > 0) sink.write(Buffer.concat(frames));
    if (markInitial) sink.write(encoder.bookmark(delivered, true));
  }
  deliver(watch.backlog);
  const timers = [setTimeout(() => sink.end(), plan.timeoutSeconds * 1000)];
  if (plan.bookmarks)
    timers.push(
      setInterval(() => sink.write(encoder.bookmark(Math.max(store.revision, delivered), false)), BOOKMARK_INTERVAL),
    );
  for (const timer of timers) timer.unref();
  return () => {
    watch.stop();
    for (const timer of timers) clearTimeout(timer);
  };
}

/** Frames of whole objects, shared among watchers for as long as one change is being told. */
let shared:
  | { change: Change | StoredObject; definition: ResourceDefinition; type: EventType; frame: Buffer }
  | undefined;

class FrameEncoder {
  readonly #plan: Plan;
  #columnsSent = false;

  constructor(plan: Plan) {
    this.#plan = plan;
  }

  /** The event that a change is to this watcher: what enters its selection is ADDED, what leaves it is DELETED. */
  change(change: Change): Buffer | undefined {
    const { selection, namespace } = this.#plan;
    if (namespace !== "" && change.namespace !== namespace) return undefined;
    const before = change.previous !== undefined && selection.matches(change.previous);
    const after = change.object !== undefined && selection.matches(change.object);
    if (change.object !== undefined && after) return this.object(before ? "MODIFIED" : "ADDED", change.object);
    if (!before || change.previous === undefined) return undefined;
    if (change.last !== undefined) return this.object("DELETED", change.last);
    // It lives on, outside the selection: told as it last was inside, at the revision at which it left.
    const left = change.previous.decode();
    left.metadata.resourceVersion = String(change.revision);
    return this.object("DELETED", change.previous.with(change.revision, left));
  }

  object(type: EventType, object: StoredObject): Buffer {
    const { definition, form, query } = this.#plan;
    if (form === "metadata") return frame(type, partialMetadata(object.decode()));
    if (form === "table") {
      const metadata = { resourceVersion: String(object.revision) };
      const first = !this.#columnsSent;
      this.#columnsSent = true;
      return frame(type, table(definition, [object], metadata, includeObject(query), first));
    }
    if (shared?.change === object && shared.type === type && shared.definition === definition) return shared.frame;
    const bytes = Buffer.concat([
      Buffer.from(`{"type":"${type}","object":`),
      objectBytes(definition, object),
      FRAME_END,
    ]);
    shared = { change: object, definition, type, frame: bytes };
    return bytes;
  }

  bookmark(revision: number, initialEventsEnd: boolean): Buffer {
    const { definition, form } = this.#plan;
    const metadata: JsonObject = {
      resourceVersion: String(revision),
      creationTimestamp: null,
      ...(initialEventsEnd ? { annotations: { "k8s.io/initial-events-end": "true" } } : {}),
    };
    if (form === "table")
      return frame("BOOKMARK", {
        kind: "Table",
        apiVersion: "meta.k8s.io/v1",
        metadata: { resourceVersion: String(revision) },
        columnDefinitions: [],
        rows: initialEventsEnd
          ? [{ cells: [], object: { kind: definition.kind, apiVersion: groupVersion(definition), metadata } }]
          : [],
      });
    if (form === "metadata")
      return frame("BOOKMARK", { kind: "PartialObjectMetadata", apiVersion: "meta.k8s.io/v1", metadata });
    return frame("BOOKMARK", { kind: definition.kind, apiVersion: groupVersion(definition), metadata });
  }

  error(error: ApiError): Buffer {
    return frame("ERROR", error.toStatus());
  }
}

const FRAME_END = Buffer.from("}\n");

function frame(type: string, object: Json): Buffer {
  return Buffer.from(`${JSON.stringify({ type, object })}\n`, "utf8");
}
