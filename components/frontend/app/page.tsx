import { redirect } from "next/navigation";
import { pages } from "@/lib/api/paths";

export default function Home() {
  redirect(pages.projects);
}
