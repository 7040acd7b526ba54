"use client";
/** A menu below its button. Only the button is there at first; the menu is loaded apart, and mounted when it is opened. */
import { type DropdownMenu as Radix, Slot } from "radix-ui";
import {
  type ComponentProps,
  type ComponentType,
  createContext,
  lazy,
  type ReactNode,
  Suspense,
  useContext,
  useState,
} from "react";
import { cn } from "@/lib/class-names";
import { preloadOnUse } from "@/lib/preload";

export interface MenuProps {
  trigger: ReactNode;
  children: ReactNode;
  align?: "start" | "end";
  side?: "top" | "bottom";
  className?: string;
}

const loadWindow = () => import("./menu-window").then((module) => ({ default: module.MenuWindow }));
const MenuWindow = lazy(loadWindow);
preloadOnUse(loadWindow);

export function Menu(props: MenuProps) {
  const [opened, setOpened] = useState<"pointer" | "key">();
  const closed = (
    <Slot.Root
      aria-haspopup="menu"
      aria-expanded={false}
      data-state="closed"
      // A press of Enter or Space is a click without a place.
      onClick={(event) => setOpened(event.detail === 0 ? "key" : "pointer")}
      onKeyDown={(event) => {
        if (event.key !== "ArrowDown") return;
        event.preventDefault();
        setOpened("key");
      }}
    >
      {props.trigger}
    </Slot.Root>
  );
  if (opened === undefined) return closed;
  return (
    <Suspense fallback={closed}>
      <MenuWindow {...props} isByKey={opened === "key"} />
    </Suspense>
  );
}

/** The parts of an open menu, handed down by it: entries are written where the menu is, and drawn when it is there. */
export interface MenuParts {
  Item: ComponentType<ComponentProps<typeof Radix.Item>>;
  Label: ComponentType<ComponentProps<typeof Radix.Label>>;
  Separator: ComponentType<ComponentProps<typeof Radix.Separator>>;
}

const MenuPartsContext = createContext<MenuParts | undefined>(undefined);
export const MenuPartsProvider = MenuPartsContext.Provider;

function useParts(): MenuParts {
  const parts = useContext(MenuPartsContext);
  if (parts === undefined) throw new Error("an entry of a menu stands outside Menu");
  return parts;
}

const item =
  "flex cursor-pointer items-center gap-2 rounded-lg px-2.5 py-1.5 text-sm outline-none select-none data-disabled:cursor-default data-disabled:text-ink-3 data-highlighted:bg-hover";

export function MenuItem({ className, ...props }: ComponentProps<typeof Radix.Item>) {
  const { Item } = useParts();
  return <Item className={cn(item, className)} {...props} />;
}

export function MenuLabel({ children }: { children: ReactNode }) {
  const { Label } = useParts();
  return <Label className="px-2.5 pt-2 pb-1 text-2xs font-medium text-ink-3">{children}</Label>;
}

export function MenuSeparator() {
  const { Separator } = useParts();
  return <Separator className="mx-1 my-1 h-px bg-line" />;
}
