"use client";
import { ArrowUp, Square } from "lucide-react";
import { type KeyboardEvent, type RefObject, useState } from "react";
import { Button } from "@/components/ui/button";
import { GrowingTextarea } from "@/components/ui/growing-textarea";
import { toast } from "@/components/ui/toast";
import { Tooltip } from "@/components/ui/tooltip";
import { messageOf } from "@/lib/api/request";
import { texts } from "@/lib/texts";
import { useDraft } from "@/lib/use-draft";
import { useThread } from "../thread/thread-context";

export interface ComposerProps {
  draftKey: string;
  placeholder: string;
  isDisabled: boolean;
  onSend: (text: string) => void;
  onInterrupt: () => Promise<void>;
  inputRef: RefObject<HTMLTextAreaElement | null>;
}

export function Composer({ draftKey, placeholder, isDisabled, onSend, onInterrupt, inputRef }: ComposerProps) {
  const [text, setText] = useDraft(draftKey);
  const isWorking = useThread((state) => state.run !== undefined);
  const canSend = !isDisabled && text.trim() !== "";

  function send(): void {
    if (!canSend) return;
    onSend(text.trim());
    setText("");
  }

  function onKeyDown(event: KeyboardEvent): void {
    // Enter that confirms a word of an input method is not meant for us.
    if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    send();
  }

  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
      className="mx-auto max-w-[720px] rounded-2xl border border-line-2 bg-card px-4 pt-3 pb-2 shadow-lift focus-within:border-accent"
    >
      <GrowingTextarea
        ref={inputRef}
        aria-label={texts.composer.label}
        value={text}
        placeholder={placeholder}
        disabled={isDisabled}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={onKeyDown}
        className="max-h-64 min-h-6"
      />
      <div className="mt-1 flex items-center justify-end gap-1.5">
        <span className="mr-auto hidden text-xs text-ink-3 sm:inline">
          {text === "" ? "" : texts.composer.newlineHint}
        </span>
        {isWorking && !isDisabled ? <InterruptButton onInterrupt={onInterrupt} /> : null}
        <Button type="submit" variant="primary" size="icon-sm" disabled={!canSend} aria-label={texts.composer.send}>
          <ArrowUp aria-hidden className="size-4" strokeWidth={2.4} />
        </Button>
      </div>
    </form>
  );
}

function InterruptButton({ onInterrupt }: { onInterrupt: () => Promise<void> }) {
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
