import { cn } from "@/lib/class-names";

/** The helm. */
export function Logo({ className }: { className?: string }) {
  return (
    <svg
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.8"
      strokeLinecap="round"
      aria-hidden
      className={cn("size-5 text-accent", className)}
    >
      <circle cx="12" cy="12" r="6.2" />
      <circle cx="12" cy="12" r="1.6" />
      <path d="M12 2v7.5M12 14.5V22M2 12h7.5M14.5 12H22M4.9 4.9l3 3M16.1 16.1l3 3M19.1 4.9l-3 3M7.9 16.1l-3 3" />
    </svg>
  );
}
