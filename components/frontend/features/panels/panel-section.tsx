import type { ReactNode } from "react";

export function PanelSection({ title, action, children }: { title: string; action?: ReactNode; children: ReactNode }) {
  return (
    <section className="grid gap-2">
      <div className="flex min-h-7 items-center gap-2">
        <h2 className="flex-1 text-xs font-medium text-ink-3">{title}</h2>
        {action}
      </div>
      {children}
    </section>
  );
}
