"use client";
/** What components of a conversation need to know about its session, and how they answer the agent. */
import { createContext, useContext } from "react";

export interface Answer {
  readonly interruptId: string;
  readonly status: "resolved" | "cancelled";
  readonly payload?: unknown;
}

/** Which session a conversation belongs to. */
export interface SessionPlace {
  readonly project: string;
  readonly session: string;
}

export interface ChatContextValue {
  /** Undefined where a conversation is only shown. */
  readonly place: SessionPlace | undefined;
  /** Whether the reader may begin a new session from here. */
  readonly canBranch: boolean;
  readonly me: string | undefined;
  /** Whether the reader may answer, and if not, why. */
  readonly canAct: "yes" | "read-only" | "not-running";
  /** Sends an answer; throws what went wrong. */
  answer: (answer: Answer) => Promise<void>;
  /** Puts a text below what is being written to the agent. */
  compose: (text: string) => void;
}

const ChatContext = createContext<ChatContextValue>({
  place: undefined,
  canBranch: false,
  me: undefined,
  canAct: "read-only",
  answer: () => Promise.reject(new Error("this conversation cannot be answered")),
  compose: () => undefined,
});

export const ChatProvider = ChatContext.Provider;
export const useChat = (): ChatContextValue => useContext(ChatContext);
