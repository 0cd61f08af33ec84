// The catalog as data: reads its files, all problems at once with file and line. Pure: who calls it has read the texts.
// Nothing here decides about a request.
import { z } from 'zod';
import { brokenReferences } from './catalog-references.ts';
import {
  approvalsSchema,
  platformSchema,
  policySchema,
  teamsSchema,
  templateSchema,
  tierSchema,
} from './catalog-schema.ts';
import { zonesSchema } from './catalog-zones.ts';
import { NaasError, type Problem } from './errors.ts';
import { notPlainData } from './plain-data.ts';
import { refuseAll } from './problem-list.ts';
import { type JsonSchema, problemsOf } from './schema-problems.ts';
import { readYaml, type YamlSource } from './yaml-source.ts';

export type Tier = z.output<typeof tierSchema>;
export type Template = z.output<typeof templateSchema>;
export type Team = z.output<typeof teamsSchema>[string];
export type Approvals = z.output<typeof approvalsSchema>;
export type ApprovalRule = Approvals['rules'][number];
export type Seats = ApprovalRule['slots'][number]['people'];
export type Policy = z.output<typeof policySchema>;
export type Platform = z.output<typeof platformSchema>;

export type Zones = z.output<typeof zonesSchema>;
export type Zone = Zones[string];

export interface Catalog {
  tiers: Record<string, Tier>;
  templates: Record<string, Template>;
  teams: Record<string, Team>;
  approvals: Approvals;
  policy: Policy;
  platform: Platform;
  /** By name; empty where the catalog has no zones.yaml. */
  zones: Zones;
}

export interface CatalogFile {
  /** Inside the catalog's folder, such as `tiers/dev.yaml`; a path to the folder may stand before it. */
  path: string;
  text: string;
}

const SINGLE_FILES = ['teams', 'approvals', 'policy', 'platform', 'zones'] as const;
const KNOWN_FILES = ['tiers/<name>.yaml', 'templates/<name>.yaml', ...SINGLE_FILES.map((name) => `${name}.yaml`)];

/** Throws InvalidRequest that names every problem of every file. */
export function parseCatalog(files: readonly CatalogFile[]): Catalog {
  const problems: Problem[] = [];
  const sources = new Map<string, YamlSource>();
  const read = reader(files, problems, sources);
  const tiers = read.many('tiers', tierSchema);
  const templates = read.many('templates', templateSchema);
  const teams = read.one('teams', teamsSchema);
  const approvals = read.one('approvals', approvalsSchema);
  const policy = read.one('policy', policySchema);
  const platform = read.one('platform', platformSchema);
  const zones = read.optional('zones', zonesSchema) ?? {};
  refuseUnknownFiles(files, problems);
  refuseAll(problems);
  if (teams === undefined || approvals === undefined || policy === undefined || platform === undefined) {
    throw new NaasError({ code: 'InvalidRequest', message: 'the catalog is incomplete' });
  }
  const catalog: Catalog = { tiers, templates, teams, approvals, policy, platform, zones };
  refuseAll(brokenReferences(catalog).map(({ file, path, message }) => placed(sources.get(file), file, path, message)));
  return catalog;
}

function reader(files: readonly CatalogFile[], problems: Problem[], sources: Map<string, YamlSource>) {
  function parsed<Schema extends z.ZodType>(
    file: CatalogFile,
    key: string,
    schema: Schema,
  ): z.output<Schema> | undefined {
    try {
      const source = readYaml(file.text, file.path);
      sources.set(key, source);
      refuseAll(notPlainData(source.value, source.place));
      const result = schema.safeParse(source.value, { reportInput: true });
      if (result.success) return result.data;
      const jsonSchema = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as JsonSchema;
      problems.push(...problemsOf(result.error.issues, { jsonSchema, place: source.place }));
    } catch (error) {
      if (!(error instanceof NaasError)) throw error;
      problems.push(...error.problems);
    }
    return undefined;
  }

  return {
    many<Schema extends z.ZodType>(folder: string, schema: Schema): Record<string, z.output<Schema>> {
      const entries: [string, z.output<Schema>][] = [];
      for (const file of files) {
        const [within, name] = classify(file.path);
        if (within !== folder || name === undefined) continue;
        if (sources.has(`${folder}/${name}`)) {
          problems.push({
            code: 'InvalidRequest',
            message: `the catalog holds ${folder}/${name} twice`,
            file: file.path,
          });
        }
        const value = parsed(file, `${folder}/${name}`, schema);
        if (value !== undefined) entries.push([name, value]);
      }
      if (!files.some((file) => classify(file.path)[0] === folder)) {
        problems.push({
          code: 'InvalidRequest',
          message: `the catalog has no file in ${folder}/; add at least one`,
          file: `${folder}/`,
        });
      }
      return Object.fromEntries(entries);
    },
    one<Schema extends z.ZodType>(name: string, schema: Schema): z.output<Schema> | undefined {
      const [file, second] = files.filter((each) => classify(each.path)[0] === name);
      if (second !== undefined)
        problems.push({ code: 'InvalidRequest', message: `the catalog holds ${name}.yaml twice`, file: second.path });
      if (file !== undefined) return parsed(file, name, schema);
      problems.push({ code: 'InvalidRequest', message: `the catalog lacks ${name}.yaml`, file: `${name}.yaml` });
      return undefined;
    },
    optional<Schema extends z.ZodType>(name: string, schema: Schema): z.output<Schema> | undefined {
      return files.some((each) => classify(each.path)[0] === name) ? this.one(name, schema) : undefined;
    },
  };
}

function classify(path: string): [kind: string | undefined, name?: string] {
  const many = /(?:^|\/)(tiers|templates)\/([a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?)\.ya?ml$/.exec(path);
  if (many !== null) return [many[1], many[2] ?? ''];
  const single = /(?:^|\/)(teams|approvals|policy|platform|zones)\.ya?ml$/.exec(path);
  return [single?.[1]];
}

function refuseUnknownFiles(files: readonly CatalogFile[], problems: Problem[]): void {
  for (const { path } of files) {
    if (classify(path)[0] !== undefined) continue;
    problems.push({
      code: 'InvalidRequest',
      message: `${path} is no file of the catalog`,
      file: path,
      allowed: KNOWN_FILES,
    });
  }
}

function placed(
  source: YamlSource | undefined,
  key: string,
  path: readonly (string | number)[],
  message: string,
): Problem {
  const place = source?.place(path);
  const at = place === undefined ? key : `${place.file}:${place.line}:${place.column}`;
  return { code: 'InvalidRequest', message: `${at}: ${message}`, ...place };
}
