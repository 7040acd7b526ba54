// The backend's store of transcripts, as far as the operator needs it: to have one removed, and to know whether it is there.
import { OperatorError } from "../errors.ts";

export interface TranscriptStore {
  /** Resolves once the store confirms that it holds nothing of the session; throws otherwise. */
  remove(sessionUid: string, signal: AbortSignal): Promise<void>;
  /** Why nothing can be brought there now, as a sentence; undefined = it answers. */
  unreachable(signal: AbortSignal): Promise<string | undefined>;
}

const TIMEOUT_MILLISECONDS = 10_000;

export function createTranscriptStore(options: {
  readonly backendUrl: string;
  /** The operator's own ServiceAccount token. */
  readonly token: () => Promise<string | undefined>;
  readonly fetch?: typeof fetch;
}): TranscriptStore {
  const request = options.fetch ?? fetch;
  const within = (signal: AbortSignal): AbortSignal =>
    AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MILLISECONDS)]);
  const silent = `the backend at ${options.backendUrl} does not answer`;
  return {
    async remove(sessionUid, signal) {
      const url = `${options.backendUrl}/internal/transcripts/${encodeURIComponent(sessionUid)}`;
      const failed = (why: string, cause?: unknown): OperatorError =>
        new OperatorError("TRANSCRIPT_NOT_REMOVED", `the transcript could not be removed: ${why}`, { cause });
      const token = await options.token();
      let response: Response;
      try {
        response = await request(url, {
          method: "DELETE",
          headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
          signal: within(signal),
        });
      } catch (error) {
        signal.throwIfAborted();
        throw failed(silent, error);
      }
      await response.body?.cancel();
      // 404 is what a second removal gets.
      if (!response.ok && response.status !== 404) throw failed(`the backend answered ${response.status}`);
    },
    async unreachable(signal) {
      try {
        const response = await request(`${options.backendUrl}/health`, { signal: within(signal) });
        await response.body?.cancel();
        return response.status < 500 ? undefined : `the backend answered ${response.status}`;
      } catch {
        signal.throwIfAborted();
        return silent;
      }
    },
  };
}
