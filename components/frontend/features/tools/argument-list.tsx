"use client";
/** Arguments by their names: one line each while they are short, JSON for what has a structure. */
import { CodeBlock } from "../markdown/code-block";

export function ArgumentList({ args, text }: { args: Readonly<Record<string, unknown>>; text: string }) {
  const entries = Object.entries(args);
  const isFlat = entries.length > 0 && entries.every(([, value]) => typeof value !== "object" || value === null);
  if (!isFlat) return <CodeBlock code={pretty(text)} language="json" />;
  return (
    <dl className="grid grid-cols-[fit-content(40%)_minmax(0,1fr)] gap-x-4 gap-y-1 text-sm">
      {entries.map(([name, value]) => (
        <div key={name} className="contents">
          <dt className="font-mono text-xs leading-5 text-ink-3">{name}</dt>
          <dd className="scroll-thin max-h-40 overflow-y-auto font-mono text-xs leading-5 whitespace-pre-wrap [overflow-wrap:anywhere]">
            {String(value)}
          </dd>
        </div>
      ))}
    </dl>
  );
}

function pretty(argumentsText: string): string {
  try {
    return JSON.stringify(JSON.parse(argumentsText), null, 2);
  } catch {
    return argumentsText; // Still being written, or never JSON.
  }
}
