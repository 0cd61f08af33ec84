// A command line that cannot be meant: the answer is the usage, not a look at a server. Exit code 2.
export class UsageError extends Error {
  override name = 'UsageError';
}
