// A person's kubeconfig, cut down to one context that points at one namespace. The context's own cluster and user come along,
// as they are; nothing of any other. It contacts no server and runs no plugin.
import { delimiter, dirname, isAbsolute, resolve, sep } from 'node:path';
import { parse } from 'yaml';
import { NaasError } from '../spec/errors.ts';

export type Fields = Record<string, unknown>;

export interface ChosenContext {
  context: string;
  clusterName: string;
  cluster: Fields;
  userName: string;
  user: Fields;
  /** The file that the user's credentials stand in. */
  userFile: string | undefined;
}

type Read = (path: string) => Promise<string>;

/** `paths` as KUBECONFIG has them: several files, of which the first that names something wins, as with kubectl. */
export async function chooseContext(paths: string, context: string | undefined, read: Read): Promise<ChosenContext> {
  const files = await readAll(paths, read);
  const wanted = context ?? files.map(({ content }) => content['current-context']).find(isText);
  if (wanted === undefined)
    throw unusable(`${paths} names no current context; choose one by --context`, contextNames(files));
  const found = named(files, 'contexts', wanted);
  if (found === undefined) throw unusable(`${paths} has no context ${wanted}`, contextNames(files));
  const { cluster, user } = record(found.entry['context']);
  const ofCluster = isText(cluster) ? named(files, 'clusters', cluster) : undefined;
  if (ofCluster === undefined) throw unusable(`context ${wanted} of ${paths} names a cluster that is not there`);
  const ofUser = isText(user) ? named(files, 'users', user) : undefined;
  return {
    context: wanted,
    clusterName: String(cluster),
    cluster: await movable(record(ofCluster.entry['cluster']), dirname(ofCluster.file), read),
    userName: isText(user) ? user : 'nobody',
    user: ofUser === undefined ? {} : wherever(record(ofUser.entry['user']), dirname(ofUser.file)),
    userFile: ofUser?.file,
  };
}

/** As an object: whoever prints it chooses YAML or JSON, and kubectl reads both. */
export function kubeconfigFor(namespace: string, { clusterName, cluster, userName, user }: ChosenContext): Fields {
  const name = `naas-${namespace}`;
  return {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': name,
    contexts: [{ name, context: { cluster: clusterName, user: userName, namespace } }],
    clusters: [{ name: clusterName, cluster }],
    users: [{ name: userName, user }],
  };
}

interface KubeconfigFile {
  content: Fields;
  /** Absolute; relative paths in it are relative to its folder. */
  file: string;
}

async function readAll(paths: string, read: Read): Promise<KubeconfigFile[]> {
  const files: KubeconfigFile[] = [];
  const missing: string[] = [];
  for (const path of paths.split(delimiter).filter((each) => each !== '')) {
    const text = await read(path).catch((error: unknown) => {
      missing.push(error instanceof Error ? error.message : String(error));
    });
    if (text !== undefined) files.push({ content: contentOf(path, text), file: resolve(path) });
  }
  // kubectl, too, goes on when one of several is not there.
  if (files.length === 0) throw unusable(`cannot read the kubeconfig ${paths}: ${missing.join('; ')}`);
  return files;
}

function contentOf(path: string, text: string): Fields {
  try {
    return record(parse(text));
  } catch (error) {
    // The parser quotes lines of the file, and they may hold a token.
    const line = (error as { linePos?: [{ line: number }] }).linePos?.[0].line;
    throw unusable(`${path} is no YAML${line === undefined ? '' : `, line ${line}`}`);
  }
}

function named(
  files: readonly KubeconfigFile[],
  list: 'contexts' | 'clusters' | 'users',
  name: string,
): { entry: Fields; file: string } | undefined {
  for (const { content, file } of files) {
    const entry = entriesOf(content, list).find((each) => each['name'] === name);
    if (entry !== undefined) return { entry, file };
  }
  return undefined;
}

/** The authority's certificate is public, so it comes along: the file works wherever it is taken. */
async function movable(cluster: Fields, dir: string, read: Read): Promise<Fields> {
  const { 'certificate-authority': file, ...rest } = cluster;
  if (!isText(file) || isText(rest['certificate-authority-data'])) return rest;
  const path = resolve(dir, file);
  const text = await read(path).catch((error: unknown) => {
    throw unusable(`cannot read the certificate authority ${path}: ${error instanceof Error ? error.message : error}`);
  });
  return { ...rest, 'certificate-authority-data': Buffer.from(text).toString('base64') };
}

const USER_FILES = ['client-certificate', 'client-key', 'tokenFile'];

/** Keys and tokens stay in their files, where they are renewed; only the paths are written out. */
function wherever(user: Fields, dir: string): Fields {
  const files = USER_FILES.flatMap((field) => {
    const path = user[field];
    return isText(path) ? [[field, resolve(dir, path)]] : [];
  });
  const exec = user['exec'];
  const command = isRecord(exec) ? exec['command'] : undefined;
  // A bare name is looked for on PATH; a path is relative to the kubeconfig's folder.
  const plugin =
    isRecord(exec) && isText(command) && command.includes(sep) && !isAbsolute(command)
      ? { exec: { ...exec, command: resolve(dir, command) } }
      : {};
  return { ...user, ...Object.fromEntries(files), ...plugin };
}

function contextNames(files: readonly KubeconfigFile[]): string[] {
  return files.flatMap(({ content }) => entriesOf(content, 'contexts').map((entry) => String(entry['name'])));
}

function entriesOf(content: Fields, list: string): Fields[] {
  const entries = content[list];
  return Array.isArray(entries) ? entries.filter(isRecord) : [];
}

function unusable(message: string, allowed: string[] = []): NaasError {
  return new NaasError({ code: 'InvalidRequest', message, ...(allowed.length === 0 ? {} : { allowed }) });
}

function record(value: unknown): Fields {
  return isRecord(value) ? value : {};
}

function isRecord(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}
