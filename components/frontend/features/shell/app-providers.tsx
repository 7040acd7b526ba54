"use client";
/** What every page stands in: server state, toasts. */
import { MutationCache, QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { setNonce } from "get-nonce";
import { type ReactNode, useState } from "react";
import { Toaster } from "@/components/ui/toast";
import { askAgainAfter, isFinal } from "@/lib/api/ask-again";
import { ApiError } from "@/lib/api/request";
import { SignInAgain } from "./sign-in-again";

/** A refusal means that the role is another one than was thought: what may be done is asked again. */
const isRefusal = (error: unknown) => error instanceof ApiError && error.status === 403;

function createQueryClient(): QueryClient {
  const askAccessAgain = (error: unknown) => {
    if (isRefusal(error)) void client.invalidateQueries({ predicate: ({ queryKey }) => queryKey[2] === "access" });
  };
  const client = new QueryClient({
    mutationCache: new MutationCache({ onError: askAccessAgain }),
    defaultOptions: {
      queries: {
        staleTime: 30_000,
        retry: (failures, error) => failures < 2 && !isFinal(error),
        refetchInterval: ({ state }) => askAgainAfter(state.error),
      },
    },
  });
  return client;
}

export function AppProviders({ nonce, children }: { nonce: string | undefined; children: ReactNode }) {
  const [client] = useState(createQueryClient);
  // Dialogs add a style element to lock scrolling; the page's policy wants the nonce on it.
  useState(() => nonce !== undefined && setNonce(nonce));
  return (
    <QueryClientProvider client={client}>
      {children}
      <Toaster />
      <SignInAgain />
    </QueryClientProvider>
  );
}
