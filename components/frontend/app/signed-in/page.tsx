import type { Metadata } from "next";
import { SignedIn } from "@/features/shell/signed-in";
import * as texts from "@/lib/texts";

export const metadata: Metadata = { title: texts.product };

/** Where a sign-in ends that another tab waits for. */
export default function SignedInPage() {
  return <SignedIn />;
}
