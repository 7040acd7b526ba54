// The seam between the client and whatever carries its requests: TLS to an API server, or a call
// inside the same process. A transport knows nothing of resources; the client knows nothing of sockets.

export interface TransportRequest {
  readonly method: "GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** Path with query, beginning with "/". */
  readonly path: string;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  /** Ends the request, and the body of its response while that is being read. */
  readonly signal?: AbortSignal;
  /** The response has no natural end (watch, followed log): no body time-out, and a connection of its own. */
  readonly streaming?: boolean;
}

export interface TransportResponse {
  readonly status: number;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  /** Read it to the end, or end the iteration early: either frees the connection. */
  readonly body: AsyncIterable<Uint8Array>;
}

export interface Transport {
  request(request: TransportRequest): Promise<TransportResponse>;
  /** Ends all connections; requests under way fail. */
  close(): Promise<void>;
}
