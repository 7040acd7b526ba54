import type { Metadata } from "next";
import { Button } from "@/components/ui/button";
import { Field, Input } from "@/components/ui/field";
import { Notice } from "@/components/ui/feedback";
import { Logo } from "@/components/ui/logo";
import { providerName } from "@/lib/server/backend";
import * as texts from "@/lib/texts";

export const metadata: Metadata = { title: texts.signIn.submit };

interface LoginPageProps {
  searchParams: Promise<Record<string, string | string[] | undefined>>;
}

/** A plain form: works before, and without, any script. */
export default async function LoginPage({ searchParams }: LoginPageProps) {
  const { problem, next } = await searchParams;
  const provider = await providerName();
  const explanation =
    typeof problem === "string" && Object.hasOwn(texts.signIn.problems, problem)
      ? texts.signIn.problems[problem]
      : undefined;
  return (
    <main className="grid min-h-dvh place-items-center bg-rail px-4">
      <div className="w-full max-w-sm">
        <Logo className="mx-auto mb-5 size-10" />
        <h1 className="text-center text-xl font-semibold tracking-tight">{texts.signIn.title}</h1>
        <p className="mt-1 mb-6 text-center text-ink-2">{texts.signIn.lead}</p>
        {explanation === undefined ? null : <Notice tone="warn" title={explanation} className="mb-4" />}
        {provider === undefined ? null : (
          <>
            {/* A link, not a form: the page's policy lets no form lead to another host. */}
            <Button asChild variant="primary" size="lg" className="w-full">
              <a
                href={`/login/provider${typeof next === "string" ? `?${new URLSearchParams({ next }).toString()}` : ""}`}
              >
                {texts.signIn.withProvider(provider)}
              </a>
            </Button>
            <p className="my-4 text-center text-sm text-ink-3">{texts.signIn.orToken}</p>
          </>
        )}
        <form
          method="post"
          action="/login"
          className="grid gap-4 rounded-2xl border border-line bg-card p-5 shadow-lift"
        >
          {typeof next === "string" ? <input type="hidden" name="next" value={next} /> : null}
          <Field label={texts.signIn.tokenLabel} hint={texts.signIn.tokenHint}>
            {(ids) => (
              <Input
                {...ids}
                name="token"
                type="password"
                required
                autoFocus={provider === undefined}
                autoComplete="off"
                spellCheck={false}
              />
            )}
          </Field>
          <Button type="submit" variant={provider === undefined ? "primary" : "outline"} size="lg">
            {texts.signIn.submit}
          </Button>
        </form>
      </div>
    </main>
  );
}
