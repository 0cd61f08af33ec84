// Who naas is to Azure: a workload identity where its token file is named, else a client secret, the Azure CLI only when asked for
// by name. Nothing is guessed: what is not configured is said, with the variables that are missing.
import { readFile } from 'node:fs/promises';
import type { TokenCredential } from '@azure/identity';
import type { NaasError } from '../../spec/errors.ts';
import { dnsFailure } from '../dns/failure.ts';

export const CREDENTIAL_KINDS = ['workload-identity', 'client-secret', 'azure-cli'] as const;
export type CredentialKind = (typeof CREDENTIAL_KINDS)[number];

export type CredentialChoice =
  | { kind: 'workload-identity'; tenantId: string; clientId: string; tokenFile: string }
  | { kind: 'client-secret'; tenantId: string; clientId: string; secret: { text: string } | { file: string } }
  | { kind: 'azure-cli' };

type Environment = Readonly<Record<string, string | undefined>>;

/** `asked`: the kind that the configuration names; without it the first of the two that the environment has. Pure. */
export function chooseCredential(env: Environment, asked?: CredentialKind): CredentialChoice {
  const kind =
    asked ?? (given(env, 'AZURE_FEDERATED_TOKEN_FILE') === undefined ? 'client-secret' : 'workload-identity');
  switch (kind) {
    case 'azure-cli':
      return { kind };
    case 'workload-identity': {
      const [tenantId, clientId, tokenFile] = all(
        env,
        kind,
        'AZURE_TENANT_ID',
        'AZURE_CLIENT_ID',
        'AZURE_FEDERATED_TOKEN_FILE',
      );
      return { kind, tenantId, clientId, tokenFile };
    }
    case 'client-secret': {
      const file = given(env, 'AZURE_CLIENT_SECRET_FILE');
      if (file !== undefined) {
        const [tenantId, clientId] = all(env, kind, 'AZURE_TENANT_ID', 'AZURE_CLIENT_ID');
        return { kind, tenantId, clientId, secret: { file } };
      }
      const [tenantId, clientId, text] = all(env, kind, 'AZURE_TENANT_ID', 'AZURE_CLIENT_ID', 'AZURE_CLIENT_SECRET');
      return { kind, tenantId, clientId, secret: { text } };
    }
  }
}

export interface CredentialOptions {
  /** Where tokens are asked for, when it is not the public cloud's. */
  authorityHost?: string | undefined;
  /** PEM of the authorities to trust besides the system's. */
  ca?: string | undefined;
}

export interface OpenCredential {
  credential: TokenCredential;
  /** Every value that must never stand in a message: grows with each token. */
  secrets: readonly string[];
}

/** Tokens live an hour and a call a minute: the newest few are all that an answer can repeat. */
const MOST_SECRETS = 10;

export async function openCredential(choice: CredentialChoice, options: CredentialOptions): Promise<OpenCredential> {
  const inner = await credentialOf(choice, options);
  const secrets: string[] = [];
  const keep = (secret: string): void => {
    if (!secrets.includes(secret)) secrets.unshift(secret);
    secrets.length = Math.min(secrets.length, MOST_SECRETS);
  };
  const credential: TokenCredential = {
    async getToken(scopes, call) {
      const { current, secret } = await inner();
      if (secret !== undefined) keep(secret);
      const token = await current.getToken(scopes, call);
      if (token !== null) keep(token.token);
      return token;
    },
  };
  return { credential, secrets };
}

/** Looked at before each token, so that a secret that is exchanged in its file is used at once. */
type Source = () => Promise<{ current: TokenCredential; secret?: string }>;

async function credentialOf(choice: CredentialChoice, { authorityHost, ca }: CredentialOptions): Promise<Source> {
  const { AzureCliCredential, ClientSecretCredential, WorkloadIdentityCredential } = await import('@azure/identity');
  const common = {
    retryOptions: { maxRetries: 0 },
    ...(ca === undefined ? {} : { tlsOptions: { ca } }),
    // An authority of one's own is in no directory of Microsoft's.
    ...(authorityHost === undefined ? {} : { authorityHost, disableInstanceDiscovery: true }),
  };
  switch (choice.kind) {
    case 'azure-cli': {
      const current = new AzureCliCredential();
      return async () => ({ current });
    }
    case 'workload-identity': {
      const { tenantId, clientId, tokenFile: tokenFilePath } = choice;
      const current = new WorkloadIdentityCredential({ ...common, tenantId, clientId, tokenFilePath });
      return async () => ({ current });
    }
    case 'client-secret': {
      const { tenantId, clientId } = choice;
      let made: { current: TokenCredential; secret: string } | undefined;
      return async () => {
        const secret = await secretOf(choice.secret);
        if (made?.secret !== secret)
          made = { current: new ClientSecretCredential(tenantId, clientId, secret, common), secret };
        return made;
      };
    }
  }
}

async function secretOf(source: { text: string } | { file: string }): Promise<string> {
  if ('text' in source) return source.text;
  try {
    return (await readFile(source.file, 'utf8')).trim();
  } catch (error) {
    const why = (error as NodeJS.ErrnoException).code ?? 'unreadable';
    // As the SDK's own credentials say it, so that it is told like every token that is not to be had.
    const message = `reading the client secret from ${source.file} failed (${why}); AZURE_CLIENT_SECRET_FILE names it`;
    throw Object.assign(new Error(message), { name: 'CredentialUnavailableError' });
  }
}

function given(env: Environment, name: string): string | undefined {
  return env[name] === '' ? undefined : env[name];
}

function all<const Names extends readonly string[]>(
  env: Environment,
  kind: CredentialKind,
  ...names: Names
): { [Index in keyof Names]: string } {
  const missing = names.filter((name) => given(env, name) === undefined);
  if (missing.length > 0) throw unconfigured(kind, missing);
  return names.map((name) => env[name]) as { [Index in keyof Names]: string };
}

function unconfigured(kind: CredentialKind, missing: readonly string[]): NaasError {
  const todo =
    'For a workload identity set AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_FEDERATED_TOKEN_FILE (its webhook does); for a client ' +
    'secret AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET or AZURE_CLIENT_SECRET_FILE; or name azure-cli as credential.';
  return dnsFailure('Forbidden', `no credential for Azure DNS: the ${kind} lacks ${missing.join(', ')}`, todo);
}
