"use client";
import { LogOut, Monitor, Moon, Sun } from "lucide-react";
import { Menu, MenuItem, MenuLabel, MenuSeparator } from "@/components/ui/menu";
import { toast } from "@/components/ui/toast";
import { useMe } from "@/lib/api/queries";
import { messageOf, request } from "@/lib/api/request";
import { object, shape, text } from "@/lib/api/shape";
import * as texts from "@/lib/texts";
import { applyTheme, THEMES } from "./theme";

const icons = { system: Monitor, light: Sun, dark: Moon };

export function UserMenu() {
  const { data: me } = useMe();
  const name = me?.displayName ?? "…";
  return (
    <>
      <Menu
        side="top"
        trigger={
          <button
            type="button"
            className="flex w-full items-center gap-2.5 rounded-lg px-2 py-1.5 text-left hover:bg-hover"
          >
            <span
              aria-hidden
              className="grid size-6 shrink-0 place-items-center rounded-full bg-accent-soft text-2xs font-semibold text-accent-ink uppercase"
            >
              {name.slice(0, 1)}
            </span>
            <span className="sr-only">{texts.shell.account}: </span>
            <span className="min-w-0 flex-1 truncate text-ink-2">{name}</span>
          </button>
        }
      >
        <MenuLabel>{texts.theme.label}</MenuLabel>
        {THEMES.map((theme) => {
          const Icon = icons[theme];
          return (
            <MenuItem key={theme} onSelect={() => applyTheme(theme)}>
              <Icon aria-hidden className="size-4 text-ink-3" />
              {texts.theme[theme]}
            </MenuItem>
          );
        })}
        <MenuSeparator />
        <MenuItem onSelect={signOut}>
          <LogOut aria-hidden className="size-4 text-ink-3" />
          {texts.signIn.signOut}
        </MenuItem>
      </Menu>
    </>
  );
}

const SignedOut = shape(object<{ location: string }>({ location: text }));

/** The server takes the cookie back, and says where the rest of the sign-out happens: the provider's page, or ours. */
function signOut(): void {
  request(SignedOut, "/logout", { method: "POST" }).then(
    ({ location: address }) => location.assign(address),
    (error: unknown) => toast(messageOf(error), "bad"),
  );
}
