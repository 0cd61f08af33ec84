// The least that a request may say: tests add what they are about.
export const LEAST_REQUEST = {
  apiVersion: 'naas.dev/v1',
  kind: 'NamespaceRequest',
  team: 'shop',
  project: 'cart',
  environment: 'dev',
  tier: 'dev',
  purpose: 'Work',
} as const;
