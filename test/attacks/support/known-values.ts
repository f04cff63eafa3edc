import type { Installation } from '../../support/installation';

/** Values that exist, so that a fuzz run comes past the first "unknown". */
export interface Dictionaries {
  values: Readonly<Record<string, readonly string[]>>;
  /** By path of the document: which parameter draws from which dictionary. */
  operations: readonly BoundOperation[];
}

interface BoundOperation {
  path: string;
  bound: Readonly<Record<string, string>>;
  /** The value always comes from the dictionary. Schemathesis then takes a wrong request for wrong that the dictionary has set right. */
  isAlways?: boolean;
}

interface Document {
  paths: Record<string, Record<string, unknown>>;
}

interface Listed {
  items?: readonly { id?: unknown; codes?: { dvclt?: unknown } }[];
}

const READERS = ['operator', 'auditor', 'administrator'];
const MAX_VALUES = 20;

/** Looks at every path of the document that holds a parameter and asks the list above it for what exists: a new route is covered by
 *  itself. Nothing that names an account of this run is handed out: the fuzz must not end its own accounts.
 *  @param accounts ids of the accounts of this run */
export async function knownValues(installation: Installation, accounts: readonly string[]): Promise<Dictionaries> {
  const { paths } = JSON.parse((await installation.read('/api/openapi.json', 'auditor')).toString('utf8')) as Document;
  const values: Record<string, readonly string[]> = {};
  const operations: BoundOperation[] = [];
  for (const path of Object.keys(paths)) {
    const match = /^\/api\/v1(\/[^{]+)\/\{(\w+)\}/.exec(path);
    if (!match || !paths[`/api/v1${match[1]}`]?.get) continue;
    const [, collection, parameter] = match;
    const name = collection.replace(/\W+/g, '_');
    values[name] ??= (await idsOf(installation, collection)).filter((id) => !accounts.includes(id));
    if (values[name].length > 0) operations.push({ path, bound: { [`path.${parameter}`]: name } });
  }
  return {
    values: { ...Object.fromEntries(Object.entries(values).filter(([, ids]) => ids.length > 0)), soon: ['0', '1'] },
    // Half a minute for each of some thousand requests is no test.
    operations: [...operations, { path: '/api/v1/feed', bound: { 'query.waitSeconds': 'soon' }, isAlways: true }],
  };
}

/** The first page of a list, as the first of the readers who may see it. */
async function idsOf(installation: Installation, collection: string): Promise<string[]> {
  for (const account of READERS) {
    const page = await listed(installation, collection, account);
    if (page?.items)
      return page.items
        .map(nameOf)
        .filter((id) => id !== null)
        .slice(0, MAX_VALUES);
  }
  return [];
}

async function listed(installation: Installation, collection: string, account: string): Promise<Listed | null> {
  const token = await installation.token(account);
  const answer = await fetch(`${installation.stack.baseUrl}/api/v1${collection}`, {
    headers: { authorization: `Bearer ${token}` },
  });
  return answer.ok ? ((await answer.json()) as Listed) : null;
}

function nameOf(item: NonNullable<Listed['items']>[number]): string | null {
  const name = item.codes?.dvclt ?? item.id;
  return typeof name === 'string' ? name : null;
}
