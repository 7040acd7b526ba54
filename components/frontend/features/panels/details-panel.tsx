"use client";
import { type AgenticSession, SessionEventsAnswer } from "@pilothouse/contracts";
import { useQuery } from "@tanstack/react-query";
import { Check, Minus, X } from "lucide-react";
import type { ReactNode } from "react";
import { Notice } from "@/components/ui/feedback";
import { Time } from "@/components/ui/time";
import { api } from "@/lib/api/paths";
import { queryKeys } from "@/lib/api/query-keys";
import { messageOf, request } from "@/lib/api/request";
import { cn } from "@/lib/class-names";
import { texts } from "@/lib/texts";
import { CodeBlock } from "../markdown/code-block";

export function DetailsPanel({ project, session }: { project: string; session: AgenticSession }) {
  return (
    <div className="grid gap-6 p-5">
      <Conditions session={session} />
      <KubernetesEvents project={project} session={session} />
      <Section title={texts.panels.spec}>
        <CodeBlock code={JSON.stringify(session.spec, null, 2)} language="json" />
      </Section>
    </div>
  );
}

function Section({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className="grid gap-2">
      <h2 className="text-xs font-medium text-ink-3">{title}</h2>
      {children}
    </section>
  );
}

const glyphs = {
  True: <Check aria-label="yes" className="mt-[3px] size-3.5 text-ok" strokeWidth={2.4} />,
  False: <X aria-label="no" className="mt-[3px] size-3.5 text-bad" strokeWidth={2.4} />,
  Unknown: <Minus aria-label={texts.common.unknown} className="mt-[3px] size-3.5 text-ink-3" />,
};

function Conditions({ session }: { session: AgenticSession }) {
  const conditions = session.status?.conditions ?? [];
  if (conditions.length === 0) return null;
  return (
    <Section title={texts.panels.conditions}>
      <ul className="grid gap-1.5 text-sm">
        {conditions.map((condition) => (
          <li key={condition.type} className="grid grid-cols-[16px_1fr_auto] gap-x-2">
            {glyphs[condition.status]}
            <span className="font-medium">{condition.type}</span>
            <Time at={condition.lastTransitionTime} className="text-xs text-ink-3" />
            <span className="col-span-2 col-start-2 break-words text-ink-2">
              {condition.message === "" ? condition.reason : condition.message}
            </span>
          </li>
        ))}
      </ul>
    </Section>
  );
}

function KubernetesEvents({ project, session }: { project: string; session: AgenticSession }) {
  const { name } = session.metadata;
  const { data, error } = useQuery({
    // Asked anew whenever the session's lifecycle moves on.
    queryKey: queryKeys.sessionPart(
      project,
      name,
      "events",
      session.status?.phase ?? "",
      String(session.status?.attempt ?? 0),
    ),
    queryFn: ({ signal }) => request(SessionEventsAnswer, api.sessionEvents(project, name), { signal }),
  });
  return (
    <Section title={texts.panels.events}>
      {error === null ? null : <Notice title={messageOf(error)} />}
      {data?.items.length === 0 ? <p className="text-sm text-ink-3">{texts.panels.noEvents}</p> : null}
      <ul className="grid gap-1.5 text-sm">
        {data?.items.map((event, index) => (
          <li key={index} className="grid grid-cols-[1fr_auto] gap-x-2">
            <span className={cn("font-medium", event.type === "Warning" && "text-warn-ink")}>{event.reason}</span>
            <Time at={event.timestamp ?? undefined} className="text-xs text-ink-3" />
            <span className="col-span-2 break-words text-ink-2">{event.message}</span>
          </li>
        ))}
      </ul>
    </Section>
  );
}
