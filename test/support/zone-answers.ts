// What a DNS server answers with, by RFC 1034 and RFC 4592 word for word: the model that decisions about names are held to.

/** The owner name whose records answer for `asked`; undefined: there are none (NXDOMAIN or NODATA). */
export function answering(asked: string, owners: readonly string[]): string | undefined {
  const nodes = new Set(owners.flatMap(upwards));
  if (nodes.has(asked)) return owners.find((owner) => owner === asked);
  const encloser = upwards(asked).find((node) => nodes.has(node));
  return owners.find((owner) => owner === `*.${encloser}`);
}

function upwards(name: string): string[] {
  const dot = name.indexOf('.');
  return dot < 0 ? [name] : [name, ...upwards(name.slice(dot + 1))];
}
