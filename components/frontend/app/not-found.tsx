import { Link } from "@/components/ui/link";
import { Button } from "@/components/ui/button";
import { Empty } from "@/components/ui/feedback";
import { pages } from "@/lib/api/paths";
import * as texts from "@/lib/texts";

export default function NotFound() {
  return (
    <main className="grid min-h-dvh place-items-center">
      <Empty
        isPage
        title={texts.errors.notFoundTitle}
        action={
          <Button asChild>
            <Link href={pages.projects}>{texts.errors.home}</Link>
          </Button>
        }
      >
        {texts.errors.notFoundLead}
      </Empty>
    </main>
  );
}
