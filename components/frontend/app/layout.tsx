import type { ReactNode } from "react";
import { GeistSans } from "geist/font/sans";
import { headers } from "next/headers";
import "./globals.css";
export default async function L({ children }: { children: ReactNode }) {
  await headers();
  return (
    <html lang="en" className={GeistSans.variable}>
      <body>{children}</body>
    </html>
  );
}
