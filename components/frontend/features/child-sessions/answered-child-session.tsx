import { CircleSlash, Rocket } from "lucide-react";
import { Link } from "@/components/ui/link";
import { pages } from "@/lib/api/paths";
import * as texts from "@/lib/texts";
import { useChat } from "../chat/chat-context";
import { recordOf, textOf } from "../thread/fields";
import type { InterruptEntry } from "../thread/thread-state";
import { wishOf } from "./child-session-wish";

export function AnsweredChildSession({ entry }: { entry: InterruptEntry }) {
  const { place } = useChat();
  const { resolution } = entry;
  const payload = resolution?.status === "resolved" ? recordOf(resolution.payload) : {};
  const name = textOf(payload["sessionName"]);
  const title = wishOf(entry.metadata)?.displayName ?? name ?? texts.childSession.unnamed;
  if (payload["decision"] === "allow" && name !== undefined)
    return (
      <p className="flex items-center gap-2 text-sm text-ink-2">
        <Rocket aria-hidden className="size-3.5 text-ok" />
        {texts.childSession.started}:
        {place === undefined ? (
          <span>{title}</span>
        ) : (
          <Link href={pages.session(place.project, name)} className="text-accent-ink underline underline-offset-3">
            {title}
          </Link>
        )}
      </p>
    );
  const reason = textOf(payload["message"]);
  const outcome =
    resolution?.status === "resolved"
      ? texts.childSession.denied
      : resolution?.status === "cancelled"
        ? texts.question.skipped
        : texts.question.superseded;
  return (
    <p className="flex items-center gap-2 text-sm text-ink-2">
      <CircleSlash aria-hidden className="size-3.5" />
      {`${outcome}: ${title}${reason === undefined ? "" : ` — ${reason}`}`}
    </p>
  );
}
