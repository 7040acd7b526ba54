"use client";
/** Edits a text file. What somebody else wrote meanwhile, the agent above all, is never overwritten unasked. */
import { useState } from "react";
import { Button } from "@/components/ui/button";
import { Notice } from "@/components/ui/feedback";
import { toast } from "@/components/ui/toast";
import { messageOf } from "@/lib/api/request";
import * as texts from "@/lib/texts";
import { useDraft } from "@/lib/use-draft";
import type { Workspace } from "./use-workspace";

const words = texts.panels;

interface FileEditorProps {
  workspace: Workspace;
  path: string;
  /** The file as it was read. */
  content: string;
  onClose: () => void;
}

export function FileEditor({ workspace, path, content, onClose }: FileEditorProps) {
  const [draft, setDraft] = useDraft(`${workspace.uid}/file/${path}`);
  /** An empty draft is none, so that a file can be emptied it is kept beside the text that was typed. */
  const [text, setText] = useState<string>();
  // What the edit began from: the query refreshes behind it.
  const [base, setBase] = useState(content);
  const [conflict, setConflict] = useState<string>();
  const [isSaving, setSaving] = useState(false);
  const shown = text ?? (draft === "" ? base : draft);

  async function save(isForced: boolean): Promise<void> {
    setSaving(true);
    try {
      const present = await workspace.read(path);
      if (!isForced && present !== base) return setConflict(present);
      await workspace.write(path, shown);
      await workspace.refresh();
      setDraft("");
      toast(words.fileSaved(path));
      onClose();
    } catch (error) {
      toast(messageOf(error), "bad");
    } finally {
      setSaving(false);
    }
  }

  return (
    <div className="flex min-h-0 flex-1 flex-col gap-2 p-3">
      {conflict === undefined ? null : (
        <Notice tone="warn" title={words.conflictTitle}>
          {words.conflictLead}
          <span className="mt-2 flex flex-wrap gap-2">
            <Button
              size="sm"
              onClick={() => {
                setBase(conflict);
                setText(conflict);
                setDraft("");
                setConflict(undefined);
              }}
            >
              {words.takeTheirs}
            </Button>
            <Button size="sm" variant="danger" disabled={isSaving} onClick={() => void save(true)}>
              {words.overwrite}
            </Button>
          </span>
        </Notice>
      )}
      <textarea
        aria-label={path}
        value={shown}
        spellCheck={false}
        autoFocus
        onChange={(event) => {
          setText(event.target.value);
          setDraft(event.target.value);
        }}
        onKeyDown={(event) => {
          if (event.key !== "s" || !(event.metaKey || event.ctrlKey)) return;
          event.preventDefault();
          void save(false);
        }}
        className="scroll-thin min-h-72 flex-1 resize-none rounded-xl border border-line-2 bg-card p-3 font-mono text-xs leading-relaxed whitespace-pre focus:border-accent focus:outline-none"
      />
      <div className="flex justify-end gap-2">
        <Button
          variant="ghost"
          onClick={() => {
            setDraft("");
            onClose();
          }}
        >
          {words.discard}
        </Button>
        <Button variant="primary" disabled={isSaving || shown === base} onClick={() => void save(false)}>
          {texts.common.save}
        </Button>
      </div>
    </div>
  );
}
