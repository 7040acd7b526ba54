/** Who may do what in a project. */
export const members = {
  title: "Members",
  lead: "Who may see this project, and what they may do. Kubernetes decides by the same role bindings.",
  user: "User",
  group: "Group",
  type: "Kind",
  name: "Name",
  role: "Role",
  roles: { view: "View", edit: "Edit", admin: "Admin" },
  roleLeads: {
    view: "Reads sessions, conversations and files",
    edit: "Also starts, steers and deletes sessions",
    admin: "Also manages settings, secrets, members and keys",
  },
  add: "Add member",
  added: (name: string) => `${name} was added`,
  changed: (name: string, role: string) => `${name} is now ${role}`,
  roleOf: (name: string) => `Role of ${name}`,
  removed: (name: string) => `${name} was removed`,
  removeTitle: (name: string) => `Remove ${name}?`,
  removeLead: "They lose access to this project at once.",
  empty: "No members yet",
} as const;
