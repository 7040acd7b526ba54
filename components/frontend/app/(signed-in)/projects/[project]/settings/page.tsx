import { redirect } from "next/navigation";
import { pages } from "@/lib/api/paths";

export default async function Settings({ params }: { params: Promise<{ project: string }> }) {
  redirect(pages.settings(decodeURIComponent((await params).project), "secrets"));
}
