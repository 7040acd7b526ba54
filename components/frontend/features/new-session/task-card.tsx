"use client";
/** The heart of the creation page: the task, its files, and the row of what it runs with. */
import { ArrowUp, Paperclip } from "lucide-react";
import { type ClipboardEvent, type KeyboardEvent, type ReactNode, useRef } from "react";
import { Button } from "@/components/ui/button";
import { GrowingTextarea } from "@/components/ui/growing-textarea";
import { Spinner } from "@/components/ui/spinner";
import * as texts from "@/lib/texts";
import { ChosenFiles } from "./chosen-files";

const words = texts.create;

interface TaskCardProps {
  prompt: string;
  onPrompt: (prompt: string) => void;
  /** Undefined where the runner has no place for files. */
  files: readonly File[] | undefined;
  onFiles: (files: readonly File[]) => void;
  /** The choice of runner and model. */
  picker: ReactNode;
  onAddRepository: () => void;
  onSubmit: () => void;
  isCreating: boolean;
  canSubmit: boolean;
}

export function TaskCard({
  prompt,
  onPrompt,
  files,
  onFiles,
  picker,
  onAddRepository,
  onSubmit,
  isCreating,
  canSubmit,
}: TaskCardProps) {
  const input = useRef<HTMLInputElement>(null);
  const add = (more: Iterable<File>) => onFiles([...(files ?? []), ...more]);

  function onKeyDown(event: KeyboardEvent): void {
    if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    onSubmit();
  }

  return (
    <div className="rounded-2xl border border-line-2 bg-card px-4 pt-3.5 pb-2.5 shadow-lift focus-within:border-accent">
      <ChosenFiles files={files ?? []} onChange={onFiles} />
      <GrowingTextarea
        aria-label={words.prompt}
        placeholder={words.placeholder}
        value={prompt}
        autoFocus
        onChange={(event) => onPrompt(event.target.value)}
        onKeyDown={onKeyDown}
        onPaste={(event: ClipboardEvent) => {
          if (files === undefined || event.clipboardData.files.length === 0) return;
          event.preventDefault();
          add(event.clipboardData.files);
        }}
        className="max-h-[40dvh] min-h-18"
      />
      <div className="mt-2 flex flex-wrap items-center gap-1.5">
        {picker}
        <Button variant="ghost" size="sm" onClick={onAddRepository}>
          + {words.addRepository}
        </Button>
        {files === undefined ? null : (
          <Button variant="ghost" size="icon-sm" aria-label={words.attach} onClick={() => input.current?.click()}>
            <Paperclip aria-hidden className="size-4" />
          </Button>
        )}
        <input
          ref={input}
          type="file"
          multiple
          hidden
          onChange={(event) => {
            add(event.target.files ?? []);
            event.target.value = "";
          }}
        />
        <span className="flex-1" />
        <Button type="submit" variant="primary" disabled={!canSubmit}>
          {isCreating ? <Spinner className="size-4" /> : <ArrowUp aria-hidden className="size-4" strokeWidth={2.4} />}
          {isCreating ? words.submitting : words.submit}
        </Button>
      </div>
    </div>
  );
}
