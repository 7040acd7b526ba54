"use client";
import { useEffect } from "react";
import { Link } from "@/components/ui/link";
import { Button } from "@/components/ui/button";
import { Empty } from "@/components/ui/feedback";
import { pages } from "@/lib/api/paths";
import { announceSignIn } from "@/lib/sign-in-again";
import * as texts from "@/lib/texts";

/** Tells the tabs that wait, and closes itself where the browser allows that. */
export function SignedIn() {
  useEffect(() => {
    announceSignIn();
    window.close();
  }, []);
  return (
    <main className="grid min-h-dvh place-items-center">
      <Empty
        isPage
        title={texts.signIn.done}
        action={
          <Button asChild>
            <Link href={pages.projects}>{texts.errors.home}</Link>
          </Button>
        }
      />
    </main>
  );
}
