/** Which failures pass by themselves, and when to ask again: pages come back when the server does, without a press. */
import { ApiError } from "./request.ts";

const AGAIN_AFTER_MS = 5_000;

/** What the server refused it will refuse again; what the network lost, or a server that is down, may come. */
export const isFinal = (error: unknown): boolean =>
  error instanceof ApiError && error.status >= 400 && error.status < 500;

/** For React Query's `refetchInterval`. */
export const askAgainAfter = (error: unknown): number | false =>
  error === null || error === undefined || isFinal(error) ? false : AGAIN_AFTER_MS;
