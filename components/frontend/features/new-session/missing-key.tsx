"use client";
import type { RunnerTypeOption } from "@pilothouse/contracts";
import { Link } from "@/components/ui/link";
import { Button } from "@/components/ui/button";
import { Notice } from "@/components/ui/feedback";
import { pages } from "@/lib/api/paths";
import { useAllowed } from "@/lib/api/queries";
import * as texts from "@/lib/texts";

interface MissingKeyProps {
  project: string;
  runner: RunnerTypeOption;
  missing: readonly string[];
}

export function MissingKey({ project, runner, missing }: MissingKeyProps) {
  const canManage = useAllowed(project, "manageSecrets");
  const names = missing.join(runner.auth.secretKeyLogic === "any" ? " or " : " and ");
  return (
    <Notice
      tone="warn"
      title={texts.create.missingKey(runner.displayName, names)}
      action={
        canManage === true ? (
          <Button size="sm" asChild>
            <Link href={pages.settings(project, "secrets")}>{texts.create.addKey}</Link>
          </Button>
        ) : null
      }
    >
      {canManage === false ? texts.create.askAdmin : undefined}
    </Notice>
  );
}
