import { Database, silentLog } from '#platform';
import type { Installation } from '../support/installation';

/** Everything that an installation has said outside its vault: tables, log lines, metrics, errors, and what it shows of these dossiers to operators and auditors. */
export async function spokenText(installation: Installation, codes: readonly string[]): Promise<string> {
  const [tables, metrics, errors, masked] = await Promise.all([
    tablesText(installation.stack.databaseUrl),
    fetch(`${installation.stack.baseUrl}/metrics`).then((answer) => answer.text()),
    errorsText(installation, codes[0]),
    contentText(installation, codes),
  ]);
  return [tables, installation.logs(), metrics, errors, masked].join('\n');
}

/** Every table of the application but the vault's, whose bytes are sealed; a new one is read without being named here. */
async function tablesText(url: string): Promise<string> {
  const db = new Database({ url, applicationName: 'test', plansByKey: false }, silentLog);
  try {
    const tables = await db.query<{ name: string }>(
      `select table_name as name from information_schema.role_table_grants
       where table_schema = 'public' and grantee = 'lienthong_app' and privilege_type = 'SELECT'
         and table_name not like 'vault%' and table_name <> 'synclog_entry'`,
    );
    const texts: string[] = [];
    for (const { name } of tables)
      for (const { text } of await db.query<{ text: string }>(`select row_to_json(t)::text as text from "${name}" t`))
        texts.push(text);
    const entries = await db.query<{ text: string }>(`select convert_from(bytes, 'UTF8') as text from synclog_entry`);
    return [...texts, ...entries.map(({ text }) => text)].join('\n');
  } finally {
    await db.close();
  }
}

/** Answers to requests that are wrong and carry what a person is. */
async function errorsText(installation: Installation, code: string): Promise<string> {
  const { content } = (await installation.caseFacts(code)) as { content: Record<string, string> };
  const body = { dvcltCode: code, content, subject: { name: Object.values(content) }, ...content };
  const asked: [path: string, account: string][] = [
    ['/dossiers', 'oneStop'],
    [`/dossiers/${code}/decisions`, 'oneStop'],
    [`/dossiers/${code}/reveals`, 'operator'],
    ['/persons/search', 'auditor'],
  ];
  const answers = await Promise.all(
    asked.map(async ([path, account]) => {
      const answer = await fetch(`${installation.stack.baseUrl}/api/v1${path}`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${await installation.token(account)}`,
          'content-type': 'application/json',
          'idempotency-key': `wrong-${path.length}-${account}`,
        },
        body: JSON.stringify(body),
      });
      if (answer.ok) throw new Error(`POST ${path} took a wrong request`);
      return answer.text();
    }),
  );
  return answers.join('\n');
}

async function contentText(installation: Installation, codes: readonly string[]): Promise<string> {
  const texts = codes.flatMap((code) =>
    ['operator', 'auditor'].map(async (account) => {
      const content = await installation.get<{ fields: unknown[] }>(`/dossiers/${code}/content`, account);
      if (content === undefined || content.fields.length < 20) throw new Error(`no content is shown of ${code}`);
      return JSON.stringify(content);
    }),
  );
  return (await Promise.all(texts)).join('\n');
}
