"use client";
/** The reader's comments on a session's changes; they outlive a reload, as everything that is typed. */
import { useMemo } from "react";
import { useDraft } from "@/lib/use-draft";
import { type LineComment, LineComments, withComment } from "./line-comments";

export interface CommentsHandle {
  readonly comments: readonly LineComment[];
  set: (comment: LineComment) => void;
  clear: () => void;
}

export function useLineComments(uid: string): CommentsHandle {
  const [text, setText] = useDraft(`${uid}/comments`);
  const comments = useMemo(() => parse(text), [text]);
  return {
    comments,
    set: (comment) => {
      const next = withComment(comments, comment);
      setText(next.length === 0 ? "" : JSON.stringify(next));
    },
    clear: () => setText(""),
  };
}

function parse(text: string): readonly LineComment[] {
  if (text === "") return [];
  try {
    return LineComments.parse(JSON.parse(text));
  } catch {
    return []; // Kept by another version of this page.
  }
}
