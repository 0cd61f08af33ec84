// Requests as the proofs send them: one team, names of their own, nothing that only one test needs.

export interface RequestOverrides {
  tier: 'dev' | 'staging' | 'prod';
  environment: string;
  [field: string]: unknown;
}

/** Approved by policy. */
export const DEV: RequestOverrides = { tier: 'dev', environment: 'dev' };
/** Asks one lead of the team. */
export const STAGING: RequestOverrides = { tier: 'staging', environment: 'staging' };
/** Asks two people, one of them of the platform. */
export const PROD: RequestOverrides = { tier: 'prod', environment: 'prod' };

/** The project is the name, so that no two requests mean the same triple. */
export function requestOf(name: string, overrides: RequestOverrides): Record<string, unknown> {
  return {
    apiVersion: 'naas.dev/v1',
    kind: 'NamespaceRequest',
    team: 'shop',
    project: name,
    name,
    purpose: 'proof',
    members: {
      admins: [{ group: 'shop-leads' }],
      developers: [{ group: 'shop-developers' }],
      viewers: [{ user: 'auditor@example.com' }],
    },
    ...overrides,
  };
}
