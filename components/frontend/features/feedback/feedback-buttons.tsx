"use client";
/** Thumbs for a message, with room for words after a thumb was given. Pressed again, a thumb is taken back. */
import type { Feedback, FeedbackRequest } from "@pilothouse/contracts";
import { ThumbsDown, ThumbsUp } from "lucide-react";
import { Fragment, lazy, Suspense, useRef, useState } from "react";
import { Button } from "@/components/ui/button";
import { cn } from "@/lib/class-names";
import { preloadOnUse } from "@/lib/preload";
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

const loadPopover = () => import("./comment-popover").then((module) => ({ default: module.CommentPopover }));
const CommentPopover = lazy(loadPopover);
preloadOnUse(loadPopover);

const THUMBS = { thumbs_up: ThumbsUp, thumbs_down: ThumbsDown } as const;

export function FeedbackButtons({ messageId, items, me, canGive, onGive, onTakeBack }: FeedbackButtonsProps) {
  const all = items.filter((item) => item.messageId === messageId);
  const mine = all.find((item) => item.userId === me);
  const anchor = useRef<HTMLButtonElement>(null);
  const [asksFor, setAsksFor] = useState<Feedback["metaType"]>();
  return (["thumbs_up", "thumbs_down"] as const).map((metaType) => {
    const Icon = THUMBS[metaType];
    const said = all.filter((item) => item.metaType === metaType);
    const isMine = mine?.metaType === metaType;
    if (!canGive && said.length === 0) return null;
    return (
      <Fragment key={metaType}>
        <Button
          ref={metaType === asksFor ? anchor : undefined}
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
        {asksFor === metaType ? (
          <Suspense>
            <CommentPopover
              anchor={anchor}
              initial={mine?.comment ?? ""}
              onSend={(comment) => {
                if (comment !== "") onGive({ metaType, messageId, comment });
                setAsksFor(undefined);
              }}
              onClose={() => setAsksFor(undefined)}
            />
          </Suspense>
        ) : null}
      </Fragment>
    );
  });
}

function inWords({ displayName, userId, comment }: Feedback): string {
  return `${displayName ?? userId}${comment === undefined ? "" : `: ${comment}`}`;
}
