import { Skeleton } from "@/components/ui/feedback";

export function ChatSkeleton() {
  return (
    <div aria-hidden className="mx-auto grid w-full max-w-[768px] gap-5 px-6 py-8">
      <Skeleton className="h-12 w-3/5 justify-self-end rounded-2xl" />
      <Skeleton className="h-4 w-32" />
      <Skeleton className="h-4 w-full" />
      <Skeleton className="h-4 w-4/5" />
      <Skeleton className="h-24 w-full rounded-xl" />
    </div>
  );
}
