"use client";
/** What components of a conversation need to know about its session, and how they answer the agent. */
import { createContext, useContext } from "react";

export interface Answer {
  readonly interruptId: string;
  readonly status: "resolved" | "cancelled";
  readonly payload?: unknown;
}

export interface ChatContextValue {
  readonly me: string | undefined;
  /** Whether the reader may answer, and if not, why. */
  readonly canAct: "yes" | "read-only" | "not-running";
  /** Sends an answer; throws what went wrong. */
  answer: (answer: Answer) => Promise<void>;
  /** Puts a text below what is being written to the agent. */
  compose: (text: string) => void;
}

const ChatContext = createContext<ChatContextValue>({
  me: undefined,
  canAct: "read-only",
  answer: () => Promise.reject(new Error("this conversation cannot be answered")),
  compose: () => undefined,
});

export const ChatProvider = ChatContext.Provider;
export const useChat = (): ChatContextValue => useContext(ChatContext);
