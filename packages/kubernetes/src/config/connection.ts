// A connection: where the API server is, whom to trust, who we are. Read from a kubeconfig or from the pod's own mount.
import type { UndiciTransportOptions } from "../transport/undici-transport.ts";
import type { TokenSource } from "./token-source.ts";

export interface Connection {
  readonly transport: UndiciTransportOptions;
  readonly token?: TokenSource;
  /** Namespace of the context, or of the pod; "default" when nothing says otherwise. */
  readonly namespace: string;
}
