import { KIND_SECTIONS, type KindSection } from '#synclog';

/** `docs/reference/entry-kinds.md`: what each kind of entry of the sync log says. */
export function entryKindsPage(): string {
  return `${[HEAD, ...KIND_SECTIONS.map(sectionText), SHARING].join('\n\n')}\n`;
}

function sectionText({ title, facts }: KindSection): string {
  const rows = Object.entries(facts).map(([kind, { means, actor, members, detail, share }]) =>
    row([`\`${kind}\``, means, actor, names(members), names(detail), share ?? '–']),
  );
  const head = ['kind', 'what happened', 'who acted', 'members', 'in `detail`', 'share'];
  return [`## ${title}`, '', row(head), row(head.map(() => '---')), ...rows].join('\n');
}

function names(of: readonly string[]): string {
  return of.length === 0 ? '–' : of.map((name) => `\`${name}\``).join(' ');
}

function row(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}

const HEAD = `# Kinds of entries

What the [sealed log](../explanation/the-sealed-log.md) holds. Generated from \`libs/synclog/domain/kind-facts/\`. \`lienthong audit search\` finds entries by kind.

Every entry has \`v\`, \`id\` (UUIDv7), \`at\` (RFC 3339), \`kind\` and \`actor\`: \`id\`, an account or a part of the product and never a name; \`type\`, \`person\`, \`machine\` or \`system\`; for requests over HTTP \`addressDigest\`, a salted digest of the
address. \`members\` and \`detail\` list what an entry of the kind can have beside that; one that says nothing is left out. No value is a person's: codes, numbers, times, references and salted digests only.`;

const SHARING = `## The share log of Decree 47/2020

Article 45 asks for one record of each sharing of data: time, form, requester, content, status, shared data. The entries whose \`share\` is \`in\` (data came to us) or \`out\` (data left us) are these records. The fields map as follows:

| Article 45 | in the entry |
| --- | --- |
| time | \`at\`; for a call also \`detail.durationMs\` |
| form | \`kind\`, \`operation\`, and \`partner\` for the interface; \`detail.format\` for what was taken from this log |
| requester | \`actor.id\`; for a call of ours to a partner the partner that it went to, \`partner\` |
| content | \`contentDigest\`, and \`detail.contentRef\`, under which the vault has it |
| status | \`outcome\`, \`detail.httpStatus\`, \`detail.reasonCode\`; a kind that says \`received\`, \`viewed\`, \`fetched\` or \`exported\` is itself a status: done |
| shared data | \`dossierId\`, \`codes\`, \`procedure\`, \`unit\`; \`detail.fields\` for what was shown, \`detail.refs\` for files, \`detail.filters\` for what was asked of this log |

What was shared itself is not here: it stays in the vault, under the content's reference, until it is erased.`;
