/** Form controls: one look, one way to say what is wrong. */
import { ChevronDown } from "lucide-react";
import { type ComponentProps, type ReactNode, useId } from "react";
import { cn } from "@/lib/class-names";

const control =
  "w-full rounded-lg border border-line-2 bg-card px-3 text-base text-ink transition-colors duration-100 placeholder:text-ink-3 hover:border-ink-3/50 focus:border-accent focus:outline-none focus:ring-2 focus:ring-accent/25 disabled:cursor-not-allowed disabled:opacity-60 aria-invalid:border-bad";

export function Input({ className, ...props }: ComponentProps<"input">) {
  return <input className={cn(control, "h-9", className)} {...props} />;
}

export function Textarea({ className, ...props }: ComponentProps<"textarea">) {
  return <textarea className={cn(control, "min-h-20 resize-y py-2", className)} {...props} />;
}

export function Select({ className, children, ...props }: ComponentProps<"select">) {
  return (
    <span className={cn("relative block", className)}>
      <select className={cn(control, "h-9 appearance-none pr-8")} {...props}>
        {children}
      </select>
      <ChevronDown aria-hidden className="pointer-events-none absolute top-2.5 right-2.5 size-4 text-ink-3" />
    </span>
  );
}

interface FieldProps {
  label: string;
  hint?: ReactNode;
  error?: ReactNode;
  optional?: string;
  className?: string;
  /** Gets what ties the control to its label, hint and error. */
  children: (ids: { id: string; "aria-describedby"?: string; "aria-invalid"?: true }) => ReactNode;
}

export function Field({ label, hint, error, optional, className, children }: FieldProps) {
  const id = useId();
  const note = error ?? hint;
  return (
    <div className={cn("grid gap-1.5", className)}>
      <label htmlFor={id} className="flex items-baseline gap-2 text-sm font-medium">
        {label}
        {optional === undefined ? null : <span className="text-xs font-normal text-ink-3">{optional}</span>}
      </label>
      {children({
        id,
        ...(note === undefined || note === null ? {} : { "aria-describedby": `${id}-note` }),
        ...(error === undefined || error === null ? {} : { "aria-invalid": true as const }),
      })}
      {note === undefined || note === null ? null : (
        <p
          id={`${id}-note`}
          className={cn("text-xs", error === undefined || error === null ? "text-ink-3" : "text-bad")}
          {...(error === undefined || error === null ? {} : { role: "alert" })}
        >
          {note}
        </p>
      )}
    </div>
  );
}
