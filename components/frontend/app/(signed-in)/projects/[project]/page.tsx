import { redirect } from "next/navigation";
import { pages } from "@/lib/api/paths";

export default async function ProjectHome({ params }: { params: Promise<{ project: string }> }) {
  redirect(pages.sessions(decodeURIComponent((await params).project)));
}
