"use client";
/** Thumbs for a message, with room for words after a thumb was given. Pressed again, a thumb is taken back. */
import type { Feedback, FeedbackRequest } from "@pilothouse/contracts";
import { ThumbsDown, ThumbsUp } from "lucide-react";
import { Popover } from "radix-ui";
import { useState } from "react";
import { Button } from "@/components/ui/button";
import { Textarea } from "@/components/ui/field";
import { cn } from "@/lib/class-names";
import * as texts from "@/lib/texts";

export interface FeedbackButtonsProps {
  messageId: string;
  items: readonly Feedback[];
  me: string | undefined;
  /** Whether the reader may say something; what others said is shown in any case. */
  canGive: boolean;
  onGive: (feedback: FeedbackRequest) => void;
  onTakeBack: (messageId: string) => void;
}

const THUMBS = { thumbs_up: ThumbsUp, thumbs_down: ThumbsDown } as const;

export function FeedbackButtons({ messageId, items, me, canGive, onGive, onTakeBack }: FeedbackButtonsProps) {
  const all = items.filter((item) => item.messageId === messageId);
  const mine = all.find((item) => item.userId === me);
  const [asksFor, setAsksFor] = useState<Feedback["metaType"]>();
  return (["thumbs_up", "thumbs_down"] as const).map((metaType) => {
    const Icon = THUMBS[metaType];
    const said = all.filter((item) => item.metaType === metaType);
    const isMine = mine?.metaType === metaType;
    if (!canGive && said.length === 0) return null;
    return (
      <Popover.Root
        key={metaType}
        open={asksFor === metaType}
        onOpenChange={(isOpen) => (isOpen ? undefined : setAsksFor(undefined))}
      >
        <Popover.Anchor asChild>
          <Button
            variant="ghost"
            size="sm"
            disabled={!canGive}
            aria-pressed={isMine}
            aria-label={said.length > 0 ? `${texts.feedback[metaType]}, ${said.length}` : texts.feedback[metaType]}
            title={[texts.feedback[metaType], ...said.map(inWords)].join("\n")}
            className={cn("min-w-7 px-1.5", isMine && "text-accent-ink")}
            onClick={() => {
              if (isMine) return onTakeBack(messageId);
              onGive({ metaType, messageId });
              setAsksFor(metaType);
            }}
          >
            <Icon aria-hidden className={cn("size-3.5", isMine && "fill-current")} />
            {said.length > 1 || (said.length === 1 && !isMine) ? (
              <span className="text-xs tabular">{said.length}</span>
            ) : null}
          </Button>
        </Popover.Anchor>
        <Popover.Portal>
          <Popover.Content
            side="top"
            align="start"
            sideOffset={6}
            collisionPadding={8}
            aria-label={texts.feedback.comment}
            className="z-50 w-80 max-w-[calc(100vw-16px)] animate-appear rounded-xl border border-line bg-pop p-3 shadow-float"
          >
            <CommentForm
              initial={mine?.comment ?? ""}
              onSend={(comment) => {
                if (comment !== "") onGive({ metaType, messageId, comment });
                setAsksFor(undefined);
              }}
            />
          </Popover.Content>
        </Popover.Portal>
      </Popover.Root>
    );
  });
}

function inWords({ displayName, userId, comment }: Feedback): string {
  return `${displayName ?? userId}${comment === undefined ? "" : `: ${comment}`}`;
}

function CommentForm({ initial, onSend }: { initial: string; onSend: (comment: string) => void }) {
  const [comment, setComment] = useState(initial);
  return (
    <form
      className="grid gap-2"
      onSubmit={(event) => {
        event.preventDefault();
        onSend(comment.trim());
      }}
    >
      <p className="text-sm font-medium">{texts.feedback.thanks}</p>
      <Textarea
        aria-label={texts.feedback.comment}
        placeholder={texts.feedback.comment}
        value={comment}
        rows={3}
        maxLength={4000}
        onChange={(event) => setComment(event.target.value)}
      />
      <Button type="submit" size="sm" variant="primary" disabled={comment.trim() === ""} className="justify-self-end">
        {texts.feedback.send}
      </Button>
    </form>
  );
}
