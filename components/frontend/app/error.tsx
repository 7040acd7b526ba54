"use client";
import { Button } from "@/components/ui/button";
import { Empty } from "@/components/ui/feedback";
import * as texts from "@/lib/texts";

export default function PageError({ reset }: { error: Error; reset: () => void }) {
  return (
    <main className="grid min-h-dvh place-items-center">
      <Empty isPage title={texts.errors.pageTitle} action={<Button onClick={reset}>{texts.common.retry}</Button>}>
        {texts.errors.pageLead}
      </Empty>
    </main>
  );
}
