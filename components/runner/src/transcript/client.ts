/** The calls to the backend's transcript store, with the pod's own token. */
import type { SequencedEvent } from "@pilothouse/agui";
import { TranscriptPosition, type ArchiveKind } from "@pilothouse/contracts/rest/transcripts";
import type { TokenSource } from "@pilothouse/kubernetes/config/token-source";

export interface TranscriptClientOptions {
  readonly backendUrl: string;
  readonly sessionUid: string;
  readonly token: TokenSource;
  /** Milliseconds per request. Default 30 000. */
  readonly timeout?: number;
}

/** The store's no. */
export class TranscriptRefusal extends Error {
  override readonly name = "TranscriptRefusal";
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }

  /** The same request would be refused again. */
  get isFinal(): boolean {
    return FINAL_REFUSALS.has(this.status);
  }
}

const FINAL_REFUSALS = new Set([400, 404, 413, 415, 422]);

export class TranscriptClient {
  readonly #options: TranscriptClientOptions;

  constructor(options: TranscriptClientOptions) {
    this.#options = options;
  }

  /** Up to where the store has events. */
  async position(signal: AbortSignal): Promise<TranscriptPosition> {
    const response = await this.#request("GET", "", undefined, undefined, signal);
    if (!response.ok) throw await refused("GET transcript", response);
    return TranscriptPosition.parse(await response.json());
  }

  /** What was said, as text; empty when nothing was. */
  async conversation(signal: AbortSignal): Promise<string> {
    const response = await this.#request("GET", "/conversation", undefined, undefined, signal);
    if (!response.ok) throw await refused("GET transcript conversation", response);
    return response.text();
  }

  /** The store's position afterwards. After a gap it is before the first event that was sent. */
  async append(events: readonly SequencedEvent[], signal: AbortSignal): Promise<TranscriptPosition> {
    const response = await this.#request("POST", "/events", JSON.stringify(events), "application/json", signal);
    if (response.status !== 409 && !response.ok) throw await refused("POST transcript events", response);
    const body: unknown = await response.json();
    const direct = TranscriptPosition.safeParse(body);
    if (direct.success) return direct.data;
    // Errors may carry their facts in `details`, as they do everywhere.
    const details = typeof body === "object" && body !== null && "details" in body ? body.details : undefined;
    return TranscriptPosition.parse(details);
  }

  async archive(kind: ArchiveKind, body: string | Buffer, contentType: string, signal: AbortSignal): Promise<void> {
    const response = await this.#request("PUT", `/archive/${kind}`, body, contentType, signal);
    if (!response.ok) throw await refused(`PUT archive/${kind}`, response);
    await response.body?.cancel();
  }

  async #request(
    method: string,
    path: string,
    body: string | Buffer | undefined,
    contentType: string | undefined,
    signal: AbortSignal,
  ): Promise<Response> {
    const { backendUrl, sessionUid, token, timeout = 30_000 } = this.#options;
    const response = await fetch(`${backendUrl}/internal/transcripts/${sessionUid}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${(await token.token()) ?? ""}`,
        ...(contentType === undefined ? {} : { "content-type": contentType }),
      },
      ...(body === undefined ? {} : { body: typeof body === "string" ? body : new Uint8Array(body) }),
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeout)]),
    });
    if (response.status === 401) token.invalidate();
    return response;
  }
}

async function refused(what: string, response: Response): Promise<TranscriptRefusal> {
  const text = await response.text().catch(() => "");
  const message = `backend: ${what} answered ${response.status} ${text.slice(0, 200)}`.trim();
  return new TranscriptRefusal(response.status, message);
}
