"use client";
/** What can be done with a message: copy it, link to it, say what one thinks of it, go another way from it. */
import { GitBranch, Link2 } from "lucide-react";
import dynamic from "next/dynamic";
import { useState } from "react";
import { Button } from "@/components/ui/button";
import { CopyButton } from "@/components/ui/copy-button";
import { toast } from "@/components/ui/toast";
import { cn } from "@/lib/class-names";
import { messageOf } from "@/lib/api/request";
import * as texts from "@/lib/texts";
import { FeedbackButtons } from "../feedback/feedback-buttons";
import { useFeedback } from "../feedback/use-feedback";
import { type SessionPlace, useChat } from "./chat-context";
import { hashOf } from "./use-jump";

/** Loaded when it is first opened. */
const BranchDialog = dynamic(() => import("./branch-dialog").then((module) => module.BranchDialog));

interface MessageActionsProps {
  entryKey: string;
  messageId: string;
  text: string;
  /** Whether it is the agent's message, which readers may rate. */
  isRated: boolean;
  className?: string;
}

export function MessageActions({ entryKey, messageId, text, isRated, className }: MessageActionsProps) {
  const { place, canBranch } = useChat();
  const [isBranching, setBranching] = useState(false);
  return (
    <div
      role="group"
      aria-label={texts.chat.messageActions}
      className={cn("flex items-center text-ink-3 [&_button]:text-ink-3 [&_button:hover]:text-ink", className)}
    >
      <CopyButton text={text} label={texts.chat.copyMessage} />
      {place === undefined ? null : (
        <Button
          variant="ghost"
          size="icon-sm"
          aria-label={texts.chat.copyLink}
          title={texts.chat.copyLink}
          onClick={() => copyLink(messageId)}
        >
          <Link2 aria-hidden className="size-3.5" />
        </Button>
      )}
      {place === undefined || !isRated ? null : <Rating place={place} messageId={messageId} />}
      {place === undefined || !canBranch ? null : (
        <Button
          variant="ghost"
          size="icon-sm"
          aria-label={texts.branch.action}
          title={texts.branch.action}
          onClick={() => setBranching(true)}
        >
          <GitBranch aria-hidden className="size-3.5" />
        </Button>
      )}
      {isBranching && place !== undefined ? (
        <BranchDialog place={place} entryKey={entryKey} onClose={() => setBranching(false)} />
      ) : null}
    </div>
  );
}

function Rating({ place, messageId }: { place: SessionPlace; messageId: string }) {
  const { me, canAct } = useChat();
  const { items, give, takeBack } = useFeedback(place, me);
  return (
    <FeedbackButtons
      messageId={messageId}
      items={items}
      me={me}
      canGive={canAct !== "read-only"}
      onGive={give}
      onTakeBack={takeBack}
    />
  );
}

function copyLink(messageId: string): void {
  const address = new URL(location.href);
  address.hash = hashOf(messageId);
  navigator.clipboard.writeText(address.href).then(
    () => toast(texts.chat.linkCopied),
    (error: unknown) => toast(messageOf(error), "bad"),
  );
}
