import { Button } from "@/components/ui/button";
import { Logo } from "@/components/ui/logo";
import * as texts from "@/lib/texts";

/** What a new user sees: what a project is for, and the three steps to an agent at work. */
export function FirstProject({ onCreate }: { onCreate: () => void }) {
  return (
    <section className="mx-auto grid w-full max-w-xl justify-items-center gap-3 rounded-2xl border border-line bg-card px-6 py-12 text-center shadow-lift">
      <Logo className="size-9" />
      <h2 className="text-xl font-semibold tracking-tight">{texts.projects.firstTitle}</h2>
      <p className="max-w-md text-ink-2">{texts.projects.firstLead}</p>
      <ol className="my-3 flex flex-wrap justify-center gap-x-6 gap-y-2 text-sm">
        {texts.projects.firstSteps.map((step, index) => (
          <li key={step} className="flex items-center gap-2 text-ink-2">
            <span className="grid size-5 place-items-center rounded-full bg-accent-soft text-2xs font-semibold text-accent-ink">
              {index + 1}
            </span>
            {step}
          </li>
        ))}
      </ol>
      <Button variant="primary" size="lg" onClick={onCreate}>
        {texts.projects.create}
      </Button>
    </section>
  );
}
