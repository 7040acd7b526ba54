import type { ReactNode } from "react";

export function PageHeader({ title, lead, actions }: { title: string; lead?: string; actions?: ReactNode }) {
  return (
    <header className="flex flex-wrap items-end gap-x-4 gap-y-3">
      <div className="min-w-0 flex-1">
        <h1 className="text-2xl font-semibold tracking-tight">{title}</h1>
        {lead === undefined ? null : <p className="mt-0.5 text-ink-2">{lead}</p>}
      </div>
      {actions}
    </header>
  );
}

/** A page that scrolls by itself, with its content in a column. */
export function PageBody({ children, width = "max-w-5xl" }: { children: ReactNode; width?: string }) {
  return (
    <main className="scroll-thin min-h-0 flex-1 overflow-y-auto [scrollbar-gutter:stable]">
      <div className={`mx-auto grid grid-cols-[minmax(0,1fr)] gap-6 px-4 py-6 sm:px-8 sm:py-9 ${width}`}>
        {children}
      </div>
    </main>
  );
}
