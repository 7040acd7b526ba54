"use client";
/** The steps of a start, the one that is being done, and what is likely to help when one failed. */
import { Check, Circle, X } from "lucide-react";
import { Link } from "@/components/ui/link";
import { Button } from "@/components/ui/button";
import { Notice } from "@/components/ui/feedback";
import { Spinner } from "@/components/ui/spinner";
import { pages } from "@/lib/api/paths";
import { cn } from "@/lib/class-names";
import * as texts from "@/lib/texts";
import type { Startup, StartupStep } from "./startup-steps";

export function StartupCard({ project, startup }: { project: string; startup: Startup }) {
  return (
    <section aria-live="polite" className="grid gap-3 rounded-2xl border border-line bg-card p-4 shadow-lift">
      <h2 className="font-semibold">{startup.isFailed ? texts.startup.failedTitle : texts.startup.title}</h2>
      <ol className="grid gap-1.5">
        {startup.steps.map((step) => (
          <li
            key={step.id}
            className={cn(
              "grid grid-cols-[16px_1fr] items-start gap-x-2.5 text-sm",
              step.state === "todo" && "text-ink-3",
              step.state === "active" && "font-medium",
            )}
          >
            <StepGlyph state={step.state} />
            <span>{step.label}</span>
            {step.detail === undefined ? null : (
              <span className="col-start-2 font-normal break-words text-ink-2">{step.detail}</span>
            )}
          </li>
        ))}
      </ol>
      {startup.reason === undefined ? null : (
        <Notice title={startup.reason} action={<WayToFix project={project} fix={startup.fix} />}>
          {startup.fix}
        </Notice>
      )}
    </section>
  );
}

function WayToFix({ project, fix }: { project: string; fix: string | undefined }) {
  const { fixes, openIntegrations } = texts.startup;
  const isKey = fix === fixes.secret;
  if (!isKey && fix !== fixes.clone) return null;
  return (
    <Button size="sm" asChild>
      <Link href={pages.settings(project, isKey ? "secrets" : "integrations")}>
        {isKey ? texts.create.addKey : openIntegrations}
      </Link>
    </Button>
  );
}

function StepGlyph({ state }: { state: StartupStep["state"] }) {
  const style = "mt-[3px] size-3.5";
  switch (state) {
    case "done":
      return <Check aria-hidden className={cn(style, "text-ok")} strokeWidth={2.4} />;
    case "active":
      return <Spinner className={cn(style, "text-accent")} />;
    case "failed":
      return <X aria-hidden className={cn(style, "text-bad")} strokeWidth={2.4} />;
    case "todo":
      return <Circle aria-hidden className={cn(style, "text-ink-3")} />;
  }
}
