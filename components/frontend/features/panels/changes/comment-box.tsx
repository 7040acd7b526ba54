"use client";
import { useState } from "react";
import { Button } from "@/components/ui/button";
import { Textarea } from "@/components/ui/field";
import * as texts from "@/lib/texts";
import type { LineComment } from "./line-comments";

const words = texts.panels;

interface CommentBoxProps {
  comment: LineComment | undefined;
  isOpen: boolean;
  onOpen: () => void;
  onClose: () => void;
  /** An empty text takes the comment away. */
  onSave: (text: string) => void;
}

export function CommentBox({ comment, isOpen, onOpen, onClose, onSave }: CommentBoxProps) {
  if (!isOpen)
    return (
      <div className="flex items-start gap-2 text-sm">
        <p className="min-w-0 flex-1 break-words whitespace-pre-wrap">{comment?.text}</p>
        <Button size="sm" variant="ghost" onClick={onOpen}>
          {words.edit}
        </Button>
      </div>
    );
  return <OpenBox comment={comment} onClose={onClose} onSave={onSave} />;
}

function OpenBox({ comment, onClose, onSave }: Omit<CommentBoxProps, "isOpen" | "onOpen">) {
  const [text, setText] = useState(comment?.text ?? "");
  const save = (next: string) => {
    onSave(next);
    onClose();
  };
  return (
    <form
      className="grid gap-2"
      onSubmit={(event) => {
        event.preventDefault();
        save(text);
      }}
    >
      <Textarea
        autoFocus
        aria-label={words.comment}
        placeholder={words.comment}
        value={text}
        rows={2}
        className="min-h-14 text-sm"
        onChange={(event) => setText(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === "Escape") onClose();
          if (event.key === "Enter" && (event.metaKey || event.ctrlKey)) save(text);
        }}
      />
      <div className="flex justify-end gap-2">
        {comment === undefined ? null : (
          <Button size="sm" variant="ghost" onClick={() => save("")}>
            {texts.common.remove}
          </Button>
        )}
        <Button size="sm" variant="ghost" onClick={onClose}>
          {texts.common.cancel}
        </Button>
        <Button size="sm" variant="primary" type="submit" disabled={text.trim() === ""}>
          {words.addComment}
        </Button>
      </div>
    </form>
  );
}
