/** What a graph tells while it works, the same for a graph in this process and one on a server. */
import type { Hunk } from "../common/hunks.ts";
import type { RequestUsage } from "../common/usage.ts";

export interface CallDelta {
  /** Absent in the pieces that follow the first. */
  readonly id: string | undefined;
  readonly index: string;
  readonly name: string | undefined;
  readonly args: string;
}

/** What a graph tells of itself. */
export type LaneTold =
  | { readonly type: "step"; readonly name: string; readonly phase: "started" | "finished" }
  /** A piece of a model's message. */
  | {
      readonly type: "piece";
      readonly messageId: string;
      readonly text: string;
      readonly reasoning: string;
      readonly calls: readonly CallDelta[];
    }
  /** A model's message is complete. Calls that did not come in pieces are told now. */
  | {
      readonly type: "message";
      readonly calls: readonly { readonly id: string; readonly name: string; readonly args: unknown }[];
      readonly usage: RequestUsage | undefined;
      /** The provider's word for why it ended. */
      readonly stop?: string | undefined;
    }
  | {
      readonly type: "toolResult";
      readonly callId: string;
      readonly content: string;
      readonly isError: boolean;
      readonly hunks?: readonly Hunk[];
    };

export type Told =
  | LaneTold
  /** A node has ended, which may have been a graph itself. */
  | { readonly type: "nodeEnded"; readonly node: string };

/** Which graph tells: the calls of subgraphs that lead to it, each `node:task`. Empty: the session's graph itself. */
export type GraphPath = readonly string[];

export type Tell = (told: Told, path?: GraphPath) => void;
