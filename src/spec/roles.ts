// The only ClusterRoles that naas may ever bind, and which grant of a request means which. The closed list, the catalog's
// check and the generated right `bind` all come from here.

export const TENANT_ROLES = ['tenant-admin', 'tenant-developer', 'tenant-viewer'] as const;
export type TenantRole = (typeof TENANT_ROLES)[number];

export function isTenantRole(name: string): name is TenantRole {
  return TENANT_ROLES.some((role) => role === name);
}
