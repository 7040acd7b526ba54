"use client";
import { Square } from "lucide-react";
import { useState } from "react";
import { Button } from "@/components/ui/button";
import { toast } from "@/components/ui/toast";
import { Tooltip } from "@/components/ui/tooltip";
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
    <Tooltip content={texts.composer.interrupt}>
      <Button
        size="icon-sm"
        disabled={isPending}
        aria-label={isPending ? texts.composer.interrupting : texts.composer.interrupt}
        onClick={interrupt}
      >
        <Square aria-hidden className="size-3 fill-current" />
      </Button>
    </Tooltip>
  );
}
