"use client";
/** Room for words beside a thumb that was given. */
import { Popover } from "radix-ui";
import { type RefObject, useState } from "react";
import { Button } from "@/components/ui/button";
import { Textarea } from "@/components/ui/field";
import * as texts from "@/lib/texts";

interface CommentPopoverProps extends CommentFormProps {
  /** What it stands beside. */
  anchor: RefObject<HTMLElement | null>;
  onClose: () => void;
}

export function CommentPopover({ anchor, onClose, ...form }: CommentPopoverProps) {
  // By the time it closes nobody points to the button any more.
  const [button] = useState(() => anchor.current);
  return (
    <Popover.Root open onOpenChange={(isOpen) => (isOpen ? undefined : onClose())}>
      <Popover.Anchor virtualRef={anchor} />
      <Popover.Portal>
        <Popover.Content
          side="top"
          align="start"
          sideOffset={6}
          collisionPadding={8}
          aria-label={texts.feedback.comment}
          onCloseAutoFocus={(event) => {
            event.preventDefault();
            button?.focus();
          }}
          className="z-50 w-80 max-w-[calc(100vw-16px)] animate-appear rounded-xl border border-line bg-pop p-3 shadow-float"
        >
          <CommentForm {...form} />
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}

interface CommentFormProps {
  initial: string;
  onSend: (comment: string) => void;
}

function CommentForm({ initial, onSend }: CommentFormProps) {
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
