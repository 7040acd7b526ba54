"use client";
/** Says that the sign-in has ended, without taking the page away, and notices when there is a new one. */
import type { Me as MeAnswer } from "@pilothouse/contracts";
import { useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { Button } from "@/components/ui/button";
import { Me } from "@/lib/api/answers/place";
import { api, pages } from "@/lib/api/paths";
import { queryKeys } from "@/lib/api/query-keys";
import { request } from "@/lib/api/request";
import { onMaybeSignedIn, signedInAgain, useSignIn } from "@/lib/sign-in-again";
import * as texts from "@/lib/texts";

export function SignInAgain() {
  const client = useQueryClient();
  const { hasEnded } = useSignIn();
  useEffect(() => {
    if (!hasEnded) return;
    return onMaybeSignedIn(() => {
      request(Me, api.me).then(
        (me) => {
          const former = client.getQueryData<MeAnswer>(queryKeys.me);
          // Somebody else at the same browser must not see what the page holds.
          if (former !== undefined && former.userId !== me.userId) return location.reload();
          signedInAgain();
          void client.invalidateQueries();
        },
        () => undefined, // Not signed in yet, or no network: the note stays.
      );
    });
  }, [client, hasEnded]);
  if (!hasEnded) return null;
  return (
    <div
      role="alert"
      className="fixed inset-x-4 top-4 z-60 mx-auto flex max-w-xl flex-wrap items-center gap-x-4 gap-y-2 rounded-xl border border-line bg-pop px-4 py-3 shadow-float"
    >
      <div className="min-w-0 flex-1 basis-60">
        <p className="font-medium">{texts.signIn.againTitle}</p>
        <p className="text-sm text-ink-2">{texts.signIn.againLead}</p>
      </div>
      <Button asChild variant="primary">
        {/* With its opener, so that the new tab may close itself. */}
        <a href={`/login?${new URLSearchParams({ next: pages.signedIn }).toString()}`} target="_blank" rel="opener">
          {texts.signIn.again}
        </a>
      </Button>
    </div>
  );
}
