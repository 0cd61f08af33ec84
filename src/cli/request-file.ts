// Reads the request of `-f FILE` or `-f -`; every fault is reported with its line before anything is sent.
import { NaasError } from '../spec/errors.ts';
import type { NamespaceRequest } from '../spec/request.ts';
import type { Context } from './context.ts';

export async function readRequest(context: Context, file: string): Promise<NamespaceRequest> {
  const source = file === '-' ? 'stdin' : file;
  const [text, { parseRequestText }] = await Promise.all([readText(context, file), import('../spec/request.ts')]);
  return parseRequestText(text, source);
}

async function readText(context: Context, file: string): Promise<string> {
  try {
    return await context.terminal.read(file);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new NaasError({ code: 'InvalidRequest', message: `cannot read the request: ${why}`, file }, { cause: error });
  }
}
