import NextLink from "next/link";
import type { ComponentProps } from "react";

/** A link inside the application. Not fetched ahead: each page is live data that the server would ask the cluster for. */
export function Link(props: ComponentProps<typeof NextLink>) {
  return <NextLink prefetch={false} {...props} />;
}
