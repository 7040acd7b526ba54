import type { Metadata } from "next";
import { SessionsPage } from "@/features/sessions/sessions-page";
import { texts } from "@/lib/texts";

export const metadata: Metadata = { title: texts.sessions.title };

export default async function Sessions({ params }: { params: Promise<{ project: string }> }) {
  return <SessionsPage project={decodeURIComponent((await params).project)} />;
}
