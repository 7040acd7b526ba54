"use client";
import { Check, Copy } from "lucide-react";
import { useEffect, useState } from "react";
import * as texts from "@/lib/texts";
import { Button } from "./button";
import { toast } from "./toast";

const CONFIRMATION_MS = 1500;

export function CopyButton({ text, label, className }: { text: string; label: string; className?: string }) {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), CONFIRMATION_MS);
    return () => clearTimeout(timer);
  }, [copied]);
  return (
    <Button
      variant="ghost"
      size="icon-sm"
      aria-label={copied ? texts.common.copied : label}
      title={label}
      className={className}
      onClick={() => {
        navigator.clipboard.writeText(text).then(
          () => setCopied(true),
          (error: unknown) => toast(String(error), "bad"),
        );
      }}
    >
      {copied ? <Check aria-hidden className="size-3.5 text-ok" /> : <Copy aria-hidden className="size-3.5" />}
    </Button>
  );
}
