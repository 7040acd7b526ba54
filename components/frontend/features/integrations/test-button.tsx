"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Button } from "@/components/ui/button";
import { Spinner } from "@/components/ui/spinner";
import { toast } from "@/components/ui/toast";
import { api } from "@/lib/api/paths";
import { queryKeys } from "@/lib/api/query-keys";
import { command, messageOf } from "@/lib/api/request";
import * as texts from "@/lib/texts";

/** The answer is shown where the state is: it outlives this page. */
export function TestButton({ project, id, name }: { project: string; id: string; name: string }) {
  const client = useQueryClient();
  const test = useMutation({
    mutationFn: () => command(api.integrationTest(project, id), { method: "POST" }),
    onError: (error) => toast(messageOf(error), "bad"),
    onSettled: () => client.invalidateQueries({ queryKey: queryKeys.integrations(project) }),
  });
  return (
    <Button
      size="sm"
      aria-label={texts.integrations.testOf(name)}
      disabled={test.isPending}
      onClick={() => test.mutate()}
    >
      {test.isPending ? <Spinner className="size-3.5" /> : null}
      {test.isPending ? texts.integrations.testing : texts.integrations.test}
    </Button>
  );
}
