"use client";
/** Where a message is written: text with completions, files, and the button that stops the agent. */
import { ArrowUp, Paperclip } from "lucide-react";
import { type ClipboardEvent, type KeyboardEvent, type Ref, useImperativeHandle, useRef } from "react";
import { Button } from "@/components/ui/button";
import { GrowingTextarea } from "@/components/ui/growing-textarea";
import { cn } from "@/lib/class-names";
import * as texts from "@/lib/texts";
import { useDraft } from "@/lib/use-draft";
import { useThread } from "../thread/thread-context";
import { AttachmentChips } from "./attachment-chips";
import type { SentFile } from "./attachments";
import { CompletionList, optionId } from "./completion-list";
import { InterruptButton } from "./interrupt-button";
import { useAttachments } from "./use-attachments";
import { type CompletionSource, useCompletion } from "./use-completion";
import { useFileDrop } from "./use-file-drop";

export interface ComposerHandle {
  /** Puts a text, and files that are in the workspace, below what is written already. */
  add: (text: string, files?: readonly SentFile[]) => void;
}

export interface ComposerProps {
  draftKey: string;
  placeholder: string;
  isDisabled: boolean;
  /** Why files cannot be attached now; undefined when they can. */
  attachRefusal: string | undefined;
  source: CompletionSource;
  onSend: (text: string, files: readonly SentFile[]) => void;
  onInterrupt: () => Promise<void>;
  ref: Ref<ComposerHandle>;
}

export function Composer(props: ComposerProps) {
  const { draftKey, placeholder, isDisabled, attachRefusal, source, onSend, onInterrupt, ref } = props;
  const [text, setText] = useDraft(draftKey);
  const isWorking = useThread((state) => state.run !== undefined);
  const input = useRef<HTMLTextAreaElement>(null);
  const picker = useRef<HTMLInputElement>(null);
  const hasFiles = source.folder !== undefined;
  const attachments = useAttachments({ project: source.project, session: source.session, hasFiles });
  const canAttach = !isDisabled && attachRefusal === undefined;
  const isDropping = useFileDrop(canAttach ? attachments.add : undefined);
  const hasContent = text.trim() !== "" || attachments.items.some((item) => item.state === "ready");
  const canSend = !isDisabled && hasContent && !attachments.isBusy;

  const completion = useCompletion(source, text, (next, caret) => {
    setText(next);
    requestAnimationFrame(() => input.current?.setSelectionRange(caret, caret));
  });

  useImperativeHandle(ref, () => ({
    add(more, files = []) {
      setText(text.trim() === "" ? more : `${text.trimEnd()}\n\n${more}`);
      attachments.restore(files);
      input.current?.focus();
    },
  }));

  function send(): void {
    if (!canSend) return;
    onSend(text.trim(), attachments.take());
    setText("");
  }

  function onKeyDown(event: KeyboardEvent): void {
    if (completion.onKeyDown(event)) return event.preventDefault();
    // Enter that confirms a word of an input method is not meant for us.
    if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    send();
  }

  function onPaste(event: ClipboardEvent): void {
    const files = [...event.clipboardData.files];
    // What is copied from a document comes as text and as its picture: the text is meant.
    if (files.length === 0 || event.clipboardData.types.includes("text/plain") || !canAttach) return;
    event.preventDefault();
    attachments.add(files);
  }

  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
      className={cn(
        "relative mx-auto max-w-[720px] rounded-2xl border border-line-2 bg-card px-4 pt-3 pb-2 shadow-lift focus-within:border-accent",
        isDropping && "border-accent bg-accent-soft",
      )}
    >
      <CompletionList completion={completion} />
      <AttachmentChips items={attachments.items} onRemove={attachments.remove} />
      <GrowingTextarea
        ref={input}
        aria-label={texts.composer.label}
        aria-autocomplete="list"
        aria-controls={completion.isOpen ? completion.listId : undefined}
        aria-activedescendant={completion.isOpen ? optionId(completion.listId, completion.index) : undefined}
        value={text}
        placeholder={isDropping ? texts.attach.drop : placeholder}
        disabled={isDisabled}
        onChange={(event) => {
          setText(event.target.value);
          completion.onCaret(event.target.selectionStart);
        }}
        onSelect={(event) => completion.onCaret(event.currentTarget.selectionStart)}
        onBlur={completion.onBlur}
        onKeyDown={onKeyDown}
        onPaste={onPaste}
        className="max-h-64 min-h-6"
      />
      <div className="mt-1 flex items-center gap-1.5">
        <input
          ref={picker}
          type="file"
          multiple
          hidden
          onChange={(event) => {
            attachments.add([...(event.target.files ?? [])]);
            event.target.value = "";
          }}
        />
        <Button
          variant="ghost"
          title={attachRefusal ?? texts.attach.add}
          size="icon-sm"
          aria-label={texts.attach.add}
          aria-disabled={!canAttach}
          onClick={() => (canAttach ? picker.current?.click() : undefined)}
          className="-ml-1.5"
        >
          <Paperclip aria-hidden className="size-4" />
        </Button>
        <span className="mr-auto hidden text-xs text-ink-3 sm:inline">
          {attachments.isBusy ? texts.attach.wait : text === "" ? "" : texts.composer.newlineHint}
        </span>
        <span className="flex-1 sm:hidden" />
        {isWorking && !isDisabled ? <InterruptButton onInterrupt={onInterrupt} /> : null}
        <Button type="submit" variant="primary" size="icon-sm" disabled={!canSend} aria-label={texts.composer.send}>
          <ArrowUp aria-hidden className="size-4" strokeWidth={2.4} />
        </Button>
      </div>
    </form>
  );
}
