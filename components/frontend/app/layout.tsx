import { GeistMono } from "geist/font/mono";
import { GeistSans } from "geist/font/sans";
import type { Metadata, Viewport } from "next";
import { cookies } from "next/headers";
import type { ReactNode } from "react";
import { THEME_COOKIE, readTheme } from "@/features/shell/theme";
import { cn } from "@/lib/class-names";
import * as texts from "@/lib/texts";
import "./globals.css";

export const metadata: Metadata = {
  title: { default: texts.product, template: `%s · ${texts.product}` },
  description: "AI agent sessions on Kubernetes",
  robots: { index: false },
};

export const viewport: Viewport = {
  width: "device-width",
  initialScale: 1,
  themeColor: [
    { media: "(prefers-color-scheme: light)", color: "#fbfcfd" },
    { media: "(prefers-color-scheme: dark)", color: "#131519" },
  ],
};

/** Reading the cookie also makes each page of its own request, as the nonce of its scripts demands. */
export default async function RootLayout({ children }: { children: ReactNode }) {
  const theme = readTheme((await cookies()).get(THEME_COOKIE)?.value);
  return (
    <html lang="en" data-theme={theme} className={cn(GeistSans.variable, GeistMono.variable)}>
      <body className="font-sans">{children}</body>
    </html>
  );
}
