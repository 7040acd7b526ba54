import { Me } from "@pilothouse/contracts";
import { HydrationBoundary } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { AppProviders } from "@/features/shell/app-providers";
import { api } from "@/lib/api/paths";
import { queryKeys } from "@/lib/api/query-keys";
import { pageNonce } from "@/lib/server/backend";
import { prefetch } from "@/lib/server/prefetch";

export default async function SignedInLayout({ children }: { children: ReactNode }) {
  const state = await prefetch([{ key: queryKeys.me, path: api.me, schema: Me }]);
  return (
    <AppProviders nonce={await pageNonce()}>
      <HydrationBoundary state={state}>{children}</HydrationBoundary>
    </AppProviders>
  );
}
