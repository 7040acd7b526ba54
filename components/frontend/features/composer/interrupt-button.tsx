"use client";
import { Square } from "lucide-react";
import { useState } from "react";
import { Button } from "@/components/ui/button";
import { toast } from "@/components/ui/toast";
import { messageOf } from "@/lib/api/request";
import * as texts from "@/lib/texts";

export function InterruptButton({ onInterrupt }: { onInterrupt: () => Promise<void> }) {
  const [isPending, setPending] = useState(false);
  const interrupt = () => {
    setPending(true);
    onInterrupt()
      .catch((error: unknown) => toast(messageOf(error), "bad"))
      .finally(() => setPending(false));
  };
  return (
    <Button
      size="icon-sm"
      disabled={isPending}
      title={texts.composer.interrupt}
      aria-label={isPending ? texts.composer.interrupting : texts.composer.interrupt}
      onClick={interrupt}
    >
      <Square aria-hidden className="size-3 fill-current" />
    </Button>
  );
}
