/** The pages of a project's settings, in the order in which they are shown. */
export const SETTINGS_TABS = ["general", "secrets", "integrations", "tools", "members", "keys", "flags"] as const;
export type SettingsTab = (typeof SETTINGS_TABS)[number];
