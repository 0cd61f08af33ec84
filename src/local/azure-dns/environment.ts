// How a worker finds the emulated Azure DNS: the variables that it would have for the real one. Pure.
import type { AzureDns } from './index.ts';

/** As catalog/zones.yaml names them. */
export const LOCAL_SUBSCRIPTION = '00000000-0000-4000-8000-000000000000';
export const LOCAL_RESOURCE_GROUP = 'naas-dns';

/** Its name servers answer for it from the start. */
export const LOCAL_ZONE = 'naas.test';

export function azureEnvironment({ endpoint, tenant, application, caFile }: AzureDns): Record<string, string> {
  return {
    NAAS_AZURE_ENDPOINT: endpoint,
    AZURE_AUTHORITY_HOST: endpoint,
    AZURE_TENANT_ID: tenant,
    AZURE_CLIENT_ID: application.clientId,
    ...(application.secret === undefined ? {} : { AZURE_CLIENT_SECRET: application.secret }),
    ...(caFile === undefined ? {} : { NAAS_AZURE_CA_FILE: caFile }),
  };
}
